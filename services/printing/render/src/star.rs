//! Star CloudPRNT: headers beside the PNG, as values.

/// Most bytes of a job.
pub const MAX_BYTES: usize = 200 * 1024;

/// Media type of the picture.
pub const MEDIA_TYPE: &str = "image/png";

/// What a printer does beside printing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Settings {
    /// Cuts behind the slip.
    pub cut: Cut,
    /// Opens the drawer before printing.
    pub drawer: bool,
    /// Sounds before printing, by one of the patterns 1 to 3; 0 for none.
    pub buzzer: u8,
}

/// How a Star printer cuts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cut {
    /// Not at all.
    None,
    /// All but a bit.
    Partial,
    /// All.
    Full,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cut: Cut::Partial,
            drawer: false,
            buzzer: 0,
        }
    }
}

/// Headers of the answer to a printer's GET.
pub fn headers(settings: &Settings) -> Vec<(&'static str, &'static str)> {
    let cut = match settings.cut {
        Cut::None => "none; feed=true",
        Cut::Partial => "partial; feed=true",
        Cut::Full => "full; feed=true",
    };
    let mut headers = vec![
        ("Content-Type", MEDIA_TYPE),
        ("X-Star-Cut", cut),
        // The dots are ours already.
        ("X-Star-ImageDitherPattern", "none"),
    ];
    if settings.drawer {
        headers.push(("X-Star-CashDrawer", "start"));
    }
    let buzzer = match settings.buzzer {
        0 => None,
        1 => Some("1"),
        2 => Some("2"),
        _ => Some("3"),
    };
    headers.extend(buzzer.map(|pattern| ("X-Star-Buzzerstartpattern", pattern)));
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_asked_for_is_said() {
        let plain = headers(&Settings::default());
        assert_eq!(
            plain,
            [
                ("Content-Type", "image/png"),
                ("X-Star-Cut", "partial; feed=true"),
                ("X-Star-ImageDitherPattern", "none"),
            ]
        );
        let loud = headers(&Settings {
            cut: Cut::Full,
            drawer: true,
            buzzer: 9,
        });
        assert!(loud.contains(&("X-Star-CashDrawer", "start")));
        assert!(loud.contains(&("X-Star-Buzzerstartpattern", "3")));
    }
}
