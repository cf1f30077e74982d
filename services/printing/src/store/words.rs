//! Lists of words and ids, as columns have them.

use chassis::{db::StoreError, id::Id};
use uuid::Uuid;

/// The words of some values.
pub fn of<T: Copy>(values: &[T], word: impl Fn(T) -> &'static str) -> Vec<String> {
    values.iter().map(|value| word(*value).to_owned()).collect()
}

/// The values of some words.
pub fn parse<T>(
    words: &[String],
    value: impl Fn(&str) -> Option<T>,
    inconsistent: impl Fn() -> StoreError,
) -> Result<Vec<T>, StoreError> {
    words
        .iter()
        .map(|word| value(word).ok_or_else(&inconsistent))
        .collect()
}

/// The UUIDs of some ids.
pub fn uuids<'a, T: Id + 'a>(ids: impl IntoIterator<Item = &'a T>) -> Vec<Uuid> {
    ids.into_iter().map(Id::as_uuid).collect()
}

/// The ids of some UUIDs.
pub fn ids<T: Id, C: FromIterator<T>>(uuids: Vec<Uuid>) -> C {
    uuids.into_iter().map(T::from_uuid).collect()
}
