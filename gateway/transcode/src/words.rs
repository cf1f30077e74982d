//! Words of enum values and names in `snake_case`.

use prost_reflect::{EnumDescriptor, EnumValueDescriptor};

/// `CopyLimits` as `copy_limits`.
pub fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut previous_is_lower = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && previous_is_lower {
            out.push('_');
        }
        previous_is_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// `special_day.periods` as `SpecialDayPeriods`.
pub fn pascal_case(path: &str) -> String {
    let parts = path.split(['_', '.']);
    let parts = parts.map(|part| {
        let (first, rest) = part.split_at_checked(1).unwrap_or(("", part));
        first.to_ascii_uppercase() + rest
    });
    parts.collect()
}

/// What the names of an enum's values begin with: `LIMIT_MEASURE_` for `LimitMeasure`.
fn prefix(of: &EnumDescriptor) -> String {
    let mut prefix = snake_case(of.name()).to_ascii_uppercase();
    prefix.push('_');
    prefix
}

/// The word of a value, `None` for the unspecified one.
pub fn word(of: &EnumDescriptor, value: &EnumValueDescriptor) -> Option<String> {
    let name = value.name();
    let word = name.strip_prefix(&prefix(of)).unwrap_or(name);
    (value.number() != 0).then(|| word.to_ascii_lowercase())
}

/// Every word of an enum, in the order of its declaration.
pub fn words(of: &EnumDescriptor) -> Vec<String> {
    of.values().filter_map(|value| word(of, &value)).collect()
}

/// Number of a word.
pub fn number(of: &EnumDescriptor, wanted: &str) -> Option<i32> {
    of.values()
        .find(|value| word(of, value).is_some_and(|word| word == wanted))
        .map(|value| value.number())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_where_a_capital_follows() {
        assert_eq!(snake_case("CopyLimits"), "copy_limits");
        assert_eq!(snake_case("Channel"), "channel");
        assert_eq!(snake_case("GetV2Menu"), "get_v2_menu");
        assert_eq!(pascal_case("special_day.periods[]"), "SpecialDayPeriods[]");
    }
}
