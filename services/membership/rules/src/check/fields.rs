//! The fields of a message, with the path to it: reads them and notes what is wrong.

use std::fmt::Display;

use chassis::{
    error::{CommonReason, Reason, Violations},
    text,
    text_enum::WireEnum,
};
use pricing::{Amount, MAX_AMOUNT};
use uuid::Uuid;

/// Highest price of one thing.
pub(super) const MAX_PRICE: i64 = 999_999;

/// Where a message is in the request, and what was found so far.
pub(super) struct Fields<'a> {
    path: String,
    violations: &'a mut Violations,
}

impl<'a> Fields<'a> {
    pub fn new(path: &str, violations: &'a mut Violations) -> Self {
        Self {
            path: path.to_owned(),
            violations,
        }
    }

    /// The fields of the message at `name`.
    pub fn nested(&mut self, name: &str) -> Fields<'_> {
        Fields {
            path: self.path_of(name),
            violations: self.violations,
        }
    }

    /// Notes a fault; an empty `name` is the message itself.
    pub fn reject(&mut self, name: &str, reason: impl Into<Reason>) {
        self.violations.push(self.path_of(name), reason);
    }

    /// Notes what is wrong in itself.
    pub fn invalid(&mut self, name: &str) {
        self.reject(name, CommonReason::ValidationFailed);
    }

    /// A number within a range, else `SETTING_RANGE`.
    pub fn number<T>(&mut self, name: &str, value: impl Into<i64>, min: i64, max: i64) -> T
    where
        T: TryFrom<i64> + Default,
    {
        let value = value.into();
        self.within(name, value, (min, max), CommonReason::SettingRange);
        T::try_from(value.clamp(min, max)).unwrap_or_default()
    }

    /// An amount from `min` on, else `AMOUNT_OUT_OF_RANGE`.
    pub fn amount(&mut self, name: &str, value: i64, min: i64) -> Amount {
        self.amount_up_to(name, value, min, MAX_AMOUNT.minor())
    }

    /// A price of one thing, else `AMOUNT_OUT_OF_RANGE`.
    pub fn price(&mut self, name: &str, value: i64) -> Amount {
        self.amount_up_to(name, value, 0, MAX_PRICE)
    }

    /// An amount within a range, else `AMOUNT_OUT_OF_RANGE`.
    pub fn amount_up_to(&mut self, name: &str, value: i64, min: i64, max: i64) -> Amount {
        self.within(name, value, (min, max), CommonReason::AmountOutOfRange);
        Amount::new(value.clamp(min, max))
    }

    /// Text of 1 to `most` characters, as it was typed.
    pub fn text(&mut self, name: &str, raw: &str, most: usize) -> String {
        text::bounded(&self.path_of(name), raw, 1..=most, self.violations)
    }

    /// A list's length, else `SETTING_RANGE`.
    pub fn at_most(&mut self, name: &str, count: usize, most: usize) {
        self.count(name, count, 0, most);
    }

    /// A list's length within a range, else `SETTING_RANGE`.
    pub fn count(&mut self, name: &str, count: usize, min: usize, max: usize) {
        self.within(name, count, (min, max), CommonReason::SettingRange);
    }

    /// An id, else `VALIDATION_FAILED`.
    pub fn id<T>(&mut self, name: &str, raw: &str, make: impl Fn(Uuid) -> T) -> T {
        let id = raw.parse().unwrap_or_else(|_| {
            self.invalid(name);
            Uuid::nil()
        });
        make(id)
    }

    /// At most `most` ids.
    pub fn ids<T>(
        &mut self,
        name: &str,
        raw: &[String],
        most: usize,
        make: impl Fn(Uuid) -> T,
    ) -> Vec<T> {
        self.at_most(name, raw.len(), most);
        self.each(name, raw.iter().take(most), |fields, name, raw| {
            fields.id(name, raw, &make)
        })
    }

    /// Values of an enum, each of which must be known.
    pub fn words<E: WireEnum, T>(
        &mut self,
        name: &str,
        raw: &[i32],
        most: usize,
        make: impl Fn(E) -> T,
    ) -> Vec<T> {
        self.at_most(name, raw.len(), most);
        let read = self.each(name, raw.iter().take(most), |fields, name, raw| {
            let known = E::from_wire(*raw);
            if known.is_none() {
                fields.invalid(name);
            }
            known
        });
        read.into_iter().flatten().map(make).collect()
    }

    /// Reads each item of a list with its name.
    pub fn each<I, T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = I>,
        read: impl Fn(&mut Self, &str, I) -> T,
    ) -> Vec<T> {
        let items = items.into_iter().enumerate();
        items
            .map(|(index, item)| read(self, &format!("{name}[{index}]"), item))
            .collect()
    }

    fn within<N: PartialOrd + Copy + Display>(
        &mut self,
        name: &str,
        value: N,
        (min, max): (N, N),
        reason: CommonReason,
    ) {
        if value < min || max < value {
            let params = [("value", value), ("min", min), ("max", max)];
            self.violations
                .push_with(self.path_of(name), reason, params);
        }
    }

    fn path_of(&self, name: &str) -> String {
        match (self.path.as_str(), name) {
            ("", name) => name.to_owned(),
            (path, "") => path.to_owned(),
            (path, name) => format!("{path}.{name}"),
        }
    }
}
