//! The accent colour of a brand, on which white text must be readable.

use chassis::error::{CommonReason, Violations};

/// Lowest contrast against white, as WCAG 2 counts it.
const LEAST_CONTRAST: f64 = 4.5;

/// Reads `#rrggbb`; refuses a colour with less than 4.5:1 against white and says what it has.
pub fn parse(field: &str, raw: &str, violations: &mut Violations) -> String {
    let accent = raw.trim().to_ascii_lowercase();
    match channels(&accent) {
        None => violations.push(field, CommonReason::ValidationFailed),
        Some(channels) => {
            let contrast = contrast_with_white(channels);
            if contrast < LEAST_CONTRAST {
                violations.push_with(
                    field,
                    CommonReason::ValidationFailed,
                    [
                        ("contrast", shown(contrast)),
                        ("least", format!("{LEAST_CONTRAST:.1}")),
                    ],
                );
            }
        }
    }
    accent
}

fn channels(accent: &str) -> Option<[u8; 3]> {
    let digits = accent
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let channel = |start: usize| u8::from_str_radix(&digits[start..start + 2], 16).ok();
    Some([channel(0)?, channel(2)?, channel(4)?])
}

fn contrast_with_white(channels: [u8; 3]) -> f64 {
    let [red, green, blue] = channels.map(|channel| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.040_45 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    });
    let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    1.05 / (luminance + 0.05)
}

/// Rounds down, so that a refused 4.49 is not shown as the 4.5 it lacks.
fn shown(contrast: f64) -> String {
    format!("{:.2}", (contrast * 100.0).floor() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(raw: &str) -> Option<String> {
        let mut violations = Violations::new();
        parse("accent", raw, &mut violations);
        let fields = violations.into_result().err()?.fields;
        Some(
            fields[0]
                .params
                .get("contrast")
                .cloned()
                .unwrap_or_default(),
        )
    }

    #[test]
    fn readable_colours_are_taken() {
        for good in ["#000000", "#767676", "#0A5C36", " #b3261e "] {
            assert_eq!(problem(good), None, "{good}");
        }
    }

    #[test]
    fn pale_colours_are_refused_with_their_contrast() {
        assert_eq!(problem("#ffffff").as_deref(), Some("1.00"));
        assert_eq!(problem("#777777").as_deref(), Some("4.47"));
    }

    #[test]
    fn what_is_no_colour_is_refused() {
        for bad in ["", "000000", "#12345", "#12345g", "#１２３４５６", "red"] {
            assert_eq!(problem(bad).as_deref(), Some(""), "{bad}");
        }
    }
}
