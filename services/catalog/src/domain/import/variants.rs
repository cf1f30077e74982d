//! What a row says about the variants of its product, and what becomes of those it has.

use chassis::{clock::Clock, id::VariantId, text};

use super::columns::{self, COLD, HOT};
use crate::domain::product::{Variant, VariantDraft};

/// What a row says about variants. A column the file lacks says nothing and so changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variants {
    /// Price of 冷.
    pub cold: Price,
    /// Price of 熱.
    pub hot: Price,
    /// All variants in their order; an empty list means that there are none but 冷 and 熱, `None`
    /// that the file has no column for them.
    pub listed: Option<Vec<VariantDraft>>,
}

/// What a price column says about its variant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Price {
    /// The file has no such column.
    #[default]
    Unsaid,
    /// The cell is empty: there is no such variant.
    Absent,
    /// The variant costs that much.
    Is(i64),
}

impl Variants {
    /// The variants of a product that has `old` ones, after the row. One that keeps its name keeps
    /// its id, and with it its stock.
    #[must_use]
    pub fn applied(&self, old: &[Variant], clock: &dyn Clock) -> Vec<Variant> {
        let listed = self.listed.as_deref().unwrap_or_default();
        if !listed.is_empty() {
            let variant = |draft: &VariantDraft| Variant {
                id: find(old, &draft.name).map_or_else(|| VariantId::new(clock), |known| known.id),
                name: draft.name.clone(),
                price: draft.price,
            };
            let mut after: Vec<Variant> = listed.iter().map(variant).collect();
            let kept = old
                .iter()
                .filter(|known| self.says_nothing_of(&known.name))
                .filter(|known| find(&after, &known.name).is_none());
            let kept: Vec<Variant> = kept.cloned().collect();
            after.extend(kept);
            return after;
        }
        let mut after: Vec<Variant> = self
            .named(old)
            .into_iter()
            .filter_map(|known| match self.price_of(&known.name) {
                Some(Price::Is(price)) => Some(Variant { price, ..known }),
                _ => self.says_nothing_of(&known.name).then_some(known),
            })
            .collect();
        for (name, price) in [(COLD, self.cold), (HOT, self.hot)] {
            if let Price::Is(price) = price
                && find(&after, name).is_none()
            {
                // Cold stands first and hot after it.
                let is_cold = |known: &Variant| known.name == COLD && name != COLD;
                let place = after.iter().position(is_cold).map_or(0, |cold| cold + 1);
                let id = VariantId::new(clock);
                let name = name.to_owned();
                after.insert(place, Variant { id, name, price });
            }
        }
        after
    }

    /// The old variants; an only one without a name takes that of the first column with a price, for
    /// it cannot stay beside another.
    fn named(&self, old: &[Variant]) -> Vec<Variant> {
        let mut named = old.to_vec();
        if let [only] = named.as_mut_slice()
            && only.name.is_empty()
        {
            let is_priced = |price| matches!(price, Price::Is(_));
            let columns = [(COLD, self.cold), (HOT, self.hot)];
            if let Some((name, _)) = columns.into_iter().find(|(_, price)| is_priced(*price)) {
                name.clone_into(&mut only.name);
            }
        }
        named
    }

    /// The column to name when the row leaves its product without a variant.
    #[must_use]
    pub fn first_column(&self) -> &'static str {
        if self.cold != Price::Unsaid {
            columns::PRICE_COLD
        } else if self.hot != Price::Unsaid {
            columns::PRICE_HOT
        } else if self.listed.is_some() {
            columns::VARIANTS
        } else {
            columns::PRICE_COLD
        }
    }

    fn price_of(&self, name: &str) -> Option<Price> {
        match name {
            COLD => Some(self.cold),
            HOT => Some(self.hot),
            _ => None,
        }
    }

    fn says_nothing_of(&self, name: &str) -> bool {
        match self.price_of(name) {
            Some(price) => price == Price::Unsaid,
            None => self.listed.is_none(),
        }
    }
}

fn find<'a>(variants: &'a [Variant], name: &str) -> Option<&'a Variant> {
    let key = text::folded(name);
    variants
        .iter()
        .find(|variant| text::folded(&variant.name) == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    fn after(said: &Variants, old: &[(&str, i64)]) -> Vec<(String, i64, bool)> {
        let old = samples::product("P1", "紅茶", old).variants;
        let after = said.applied(&old, &samples::clock()).into_iter();
        after
            .map(|it| {
                let known = old.iter().any(|old| old.id == it.id);
                (it.name, it.price, known)
            })
            .collect()
    }

    fn list(items: &[(&str, i64)]) -> Option<Vec<VariantDraft>> {
        let draft = |(name, price): &(&str, i64)| VariantDraft {
            id: None,
            name: (*name).to_owned(),
            price: *price,
        };
        Some(items.iter().map(draft).collect())
    }

    #[test]
    fn a_column_that_is_absent_changes_nothing() {
        let both = [("冷", 30), ("熱", 35)];
        let kept = [("冷".to_owned(), 30, true), ("熱".to_owned(), 35, true)];
        assert_eq!(after(&Variants::default(), &both), kept);
        let cold = Variants {
            cold: Price::Is(30),
            ..Variants::default()
        };
        assert_eq!(after(&cold, &both), kept);
        let no_others = Variants {
            listed: list(&[]),
            ..Variants::default()
        };
        assert_eq!(after(&no_others, &both), kept);
        let others = [("中杯", 30), ("大杯", 40)];
        assert_eq!(after(&Variants::default(), &others).len(), 2);
        let listed = Variants {
            listed: list(&[("大杯", 50)]),
            ..Variants::default()
        };
        assert_eq!(
            after(&listed, &[("冷", 30), ("大杯", 40), ("瓶", 90)]),
            [("大杯".to_owned(), 50, true), ("冷".to_owned(), 30, true)],
            "the list speaks for all but the variants with a column of their own"
        );
    }

    #[test]
    fn an_empty_price_takes_its_variant_away() {
        let said = Variants {
            cold: Price::Is(30),
            hot: Price::Absent,
            listed: None,
        };
        assert_eq!(
            after(&said, &[("冷", 25), ("熱", 25), ("瓶", 90)]),
            [("冷".to_owned(), 30, true), ("瓶".to_owned(), 90, true)]
        );
    }

    #[test]
    fn a_new_variant_stands_where_it_is_expected() {
        let said = Variants {
            cold: Price::Is(30),
            hot: Price::Is(35),
            listed: list(&[]),
        };
        let names = |old: &[(&str, i64)]| -> Vec<(String, bool)> {
            let after = after(&said, old).into_iter();
            after.map(|(name, _, known)| (name, known)).collect()
        };
        let (cold, hot) = ("冷".to_owned(), "熱".to_owned());
        assert_eq!(names(&[]), [(cold.clone(), false), (hot.clone(), false)]);
        assert_eq!(
            names(&[("熱", 1)]),
            [(cold.clone(), false), (hot.clone(), true)]
        );
        assert_eq!(names(&[("冷", 1)]), [(cold, true), (hot, false)]);
    }

    #[test]
    fn an_only_variant_without_a_name_becomes_what_the_file_has_a_price_for() {
        let said = Variants {
            cold: Price::Absent,
            hot: Price::Is(35),
            listed: None,
        };
        assert_eq!(after(&said, &[("", 20)]), [("熱".to_owned(), 35, true)]);
        let silent = Variants {
            cold: Price::Absent,
            ..Variants::default()
        };
        assert_eq!(after(&silent, &[("", 20)]), [(String::new(), 20, true)]);
    }

    #[test]
    fn a_name_typed_in_another_width_keeps_its_variant() {
        let said = Variants {
            listed: list(&[("Ｌ", 40)]),
            ..Variants::default()
        };
        assert_eq!(after(&said, &[("L", 40)]), [("Ｌ".to_owned(), 40, true)]);
    }
}
