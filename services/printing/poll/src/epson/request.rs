//! The forms that printers post.

use url::form_urlencoded;

use super::{monitor::Monitored, result::PrintResult};
use crate::Malformed;

/// Largest request that is read.
pub const MAX_BODY_BYTES: usize = 2 << 20;
const MOST_FIELDS: usize = 32;
const LONGEST_ID: usize = 30;

/// A request as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// It asks for work.
    Work {
        /// The id that was set on the printer, if any.
        id: Option<String>,
        /// Its name, where firmware gives one, at most 64 characters.
        name: Option<String>,
    },
    /// It says what came of work.
    Result {
        /// The id that was set on the printer, if any.
        id: Option<String>,
        /// What it says.
        result: PrintResult,
    },
    /// It says how it and its neighbours are.
    Status {
        /// The id that was set on the printer, if any.
        id: Option<String>,
        /// Each of them.
        monitored: Vec<Monitored>,
    },
}

impl Request {
    /// Reads a form.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        if body.len() > MAX_BODY_BYTES {
            return Err(Malformed::TooLarge);
        }
        let fields: Vec<_> = form_urlencoded::parse(body).take(MOST_FIELDS).collect();
        let field = |name: &str| {
            let mut found = fields.iter().filter(|(field, _)| field == name);
            found.next().map(|(_, value)| value.as_ref())
        };
        let id = match field("ID").unwrap_or_default() {
            "" => None,
            id if is_id(id) => Some(id.to_owned()),
            _ => return Err(Malformed::Form),
        };
        match field("ConnectionType") {
            Some("GetRequest") => Ok(Self::Work {
                id,
                name: field("Name")
                    .map(crate::text::word)
                    .filter(|name| !name.is_empty()),
            }),
            Some("SetResponse") => Ok(Self::Result {
                id,
                result: PrintResult::read(field("ResponseFile").ok_or(Malformed::Form)?)?,
            }),
            // The manual's table and its example name the field differently.
            Some("SetStatus") => {
                let xml = field("Status").or_else(|| field("ResponseFile"));
                Ok(Self::Status {
                    id,
                    monitored: Monitored::read(xml.ok_or(Malformed::Form)?)?,
                })
            }
            _ => Err(Malformed::Form),
        }
    }
}

fn is_id(text: &str) -> bool {
    text.len() <= LONGEST_ID
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}
