//! Reads one section with envy and names everything that is wrong with it.
//!
//! envy stops at the first problem. So each variable is first tried by itself, which tells the
//! malformed ones; then absent ones are found one after the other by putting something acceptable
//! in the place of each that was found.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, de::DeserializeOwned};

/// Tried in turn in the place of an absent variable, to see what else is absent.
const STAND_INS: [&str; 7] = [
    "1",
    "true",
    "http://localhost/",
    "127.0.0.1:1",
    "1s",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
];

/// Everything wrong with the configuration, a line each.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration has {} problem(s):", self.0.len())?;
        for problem in &self.0 {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Reads the section of variables that begin with `prefix`; a variable set to nothing is absent.
pub fn section<T: DeserializeOwned>(
    prefix: &str,
    variables: &BTreeMap<String, String>,
    problems: &mut Problems,
) -> Option<T> {
    let mut valid = Vec::new();
    let mut malformed = Vec::new();
    for (name, value) in variables {
        let Some(field) = name.strip_prefix(prefix).filter(|_| !value.is_empty()) else {
            continue;
        };
        let variable = (field.to_owned(), value.clone());
        match envy::from_iter::<_, T>([variable.clone()]) {
            Err(envy::Error::Custom(text)) => {
                problems.0.push(format!("{name}: {text}"));
                malformed.push(field.to_lowercase());
            }
            _ => valid.push(variable),
        }
    }
    let absent = fill_absent::<T>(&mut valid);
    for field in absent.iter().filter(|field| !malformed.contains(field)) {
        problems
            .0
            .push(format!("{prefix}{} is not set", field.to_uppercase()));
    }
    if !absent.is_empty() || !malformed.is_empty() {
        return None;
    }
    match envy::from_iter(valid) {
        Ok(section) => Some(section),
        Err(error) => {
            problems.0.push(format!("{prefix}…: {error}"));
            None
        }
    }
}

/// A sample of the section's variables with their defaults; required ones are left empty.
pub fn sample<T: DeserializeOwned + Serialize>(prefix: &str) -> String {
    let mut stand_ins = Vec::new();
    let required = fill_absent::<T>(&mut stand_ins);
    let value = envy::from_iter::<_, T>(stand_ins)
        .ok()
        .map(serde_json::to_value);
    let Some(Ok(serde_json::Value::Object(fields))) = value else {
        return String::new();
    };
    let mut lines = String::new();
    for (field, default) in fields {
        let name = format!("{prefix}{}", field.to_uppercase());
        let line = match default {
            _ if required.contains(&field) => format!("{name}=\n"),
            serde_json::Value::Null => format!("# {name}=\n"),
            serde_json::Value::String(text) => format!("# {name}={text}\n"),
            other => format!("# {name}={other}\n"),
        };
        lines.push_str(&line);
    }
    lines
}

/// Adds a stand-in for each absent variable and tells which were absent.
fn fill_absent<T: DeserializeOwned>(variables: &mut Vec<(String, String)>) -> Vec<String> {
    let mut absent = Vec::new();
    while let Err(envy::Error::MissingValue(field)) = envy::from_iter::<_, T>(variables.clone()) {
        absent.push(field.to_owned());
        let stands_in = |stand_in: &&&str| {
            let mut trial = variables.clone();
            trial.push((field.to_owned(), (**stand_in).to_owned()));
            match envy::from_iter::<_, T>(trial) {
                Ok(_) => true,
                Err(envy::Error::MissingValue(next)) => next != field,
                Err(envy::Error::Custom(_)) => false,
            }
        };
        let Some(stand_in) = STAND_INS.iter().find(stands_in) else {
            break;
        };
        variables.push((field.to_owned(), (*stand_in).to_owned()));
    }
    absent
}
