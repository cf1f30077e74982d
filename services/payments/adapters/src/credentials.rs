//! The keys of an account at a provider.

use std::collections::BTreeMap;

use chassis::secret::Secret;

/// A field of a provider's credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The provider's own name for it.
    pub name: &'static str,
    /// It is never shown again, only its last four characters are.
    pub secret: bool,
    /// It may be left out.
    pub optional: bool,
    /// Shortest and longest value, in bytes.
    pub length: (usize, usize),
}

/// A value that cannot be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCredential {
    /// It is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Blanks around it or within, or a character that no key has: copied with something else.
    #[error("{0} contains a blank or a character that no key has")]
    Characters(&'static str),
    /// Too short or too long for this provider.
    #[error("{0} has a length that this provider's keys do not have")]
    Length(&'static str),
}

/// The keys of an account, by field; `Debug` shows none of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials(BTreeMap<String, Secret>);

impl Credentials {
    /// Takes the values of `fields` and says everything that cannot be right; other names are left
    /// out.
    pub fn parse(
        fields: &'static [Field],
        mut values: BTreeMap<String, String>,
    ) -> Result<Self, Vec<InvalidCredential>> {
        let mut found = BTreeMap::new();
        let mut wrong = Vec::new();
        for field in fields {
            let value = values.remove(field.name).unwrap_or_default();
            let (least, most) = field.length;
            if value.is_empty() {
                if !field.optional {
                    wrong.push(InvalidCredential::Missing(field.name));
                }
            } else if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
                wrong.push(InvalidCredential::Characters(field.name));
            } else if !(least..=most).contains(&value.len()) {
                wrong.push(InvalidCredential::Length(field.name));
            } else {
                found.insert(field.name.to_owned(), Secret::new(value));
            }
        }
        if wrong.is_empty() {
            Ok(Self(found))
        } else {
            Err(wrong)
        }
    }

    /// The value of a field; empty when it is optional and left out.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.reveal())
    }

    /// All of them, to be sealed.
    #[must_use]
    pub fn reveal(&self) -> BTreeMap<&str, &str> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.reveal().as_str()))
            .collect()
    }
}
