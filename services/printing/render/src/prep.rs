//! 備料表: what has to be made, by station.

use chrono::NaiveDate;

use crate::{SlipLine, SlipOrder, Time};

/// What has to be made for some orders.
#[derive(Clone, Debug, PartialEq)]
pub struct PrepList {
    /// Brand.
    pub brand: String,
    /// Branch.
    pub branch: String,
    /// Business day.
    pub day: NaiveDate,
    /// Part of the day, such as 11:00–14:00; empty for all of it.
    pub period: String,
    /// As of when.
    pub as_of: Time,
    /// Orders in it.
    pub orders: u32,
    /// Totals by station.
    pub stations: Vec<PrepStation>,
}

/// What a station has to make.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PrepStation {
    /// Station; empty for what has none.
    pub name: String,
    /// Its products.
    pub items: Vec<PrepItem>,
}

/// A product and how many of it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PrepItem {
    /// Product and variant.
    pub name: String,
    /// Units.
    pub quantity: u32,
    /// Options and parts of combos, with how many of each.
    pub parts: Vec<(String, u32)>,
}

impl PrepStation {
    /// Totals of orders, stations and products in the order they first occur. Test orders count
    /// nowhere.
    pub fn totals<'a>(orders: impl IntoIterator<Item = &'a SlipOrder>) -> Vec<Self> {
        let mut stations: Vec<Self> = Vec::new();
        let lines = orders
            .into_iter()
            .filter(|order| !order.test)
            .flat_map(|order| &order.lines);
        for line in lines {
            let at = stations
                .iter()
                .position(|station| station.name == line.station);
            let at = at.unwrap_or_else(|| {
                stations.push(Self {
                    name: line.station.clone(),
                    items: Vec::new(),
                });
                stations.len() - 1
            });
            stations[at].add(line);
        }
        stations
    }

    fn add(&mut self, line: &SlipLine) {
        let name = crate::order::joined(&[&line.product, &line.variant], " ");
        let at = self.items.iter().position(|item| item.name == name);
        let at = at.unwrap_or_else(|| {
            self.items.push(PrepItem {
                name,
                ..PrepItem::default()
            });
            self.items.len() - 1
        });
        let item = &mut self.items[at];
        item.quantity = item.quantity.saturating_add(line.quantity);
        let options = line
            .options
            .iter()
            .map(|option| (&option.name, option.quantity));
        let choices = line
            .choices
            .iter()
            .map(|choice| (&choice.name, choice.quantity));
        for (name, quantity) in options.chain(choices) {
            let quantity = quantity.max(1).saturating_mul(line.quantity);
            match item.parts.iter_mut().find(|(known, _)| known == name) {
                Some((_, total)) => *total = total.saturating_add(quantity),
                None => item.parts.push((name.clone(), quantity)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SlipOption;

    #[test]
    fn products_and_options_are_summed_by_station() {
        let line = |station: &str, product: &str, quantity, option: &str| SlipLine {
            station: station.into(),
            product: product.into(),
            quantity,
            options: vec![SlipOption {
                name: option.into(),
                quantity: 2,
                amount: 0,
            }],
            ..SlipLine::default()
        };
        let order = |lines| SlipOrder {
            lines,
            ..SlipOrder::default()
        };
        let orders = [
            order(vec![
                line("吧台", "紅茶", 2, "珍珠"),
                line("廚房", "雞排", 1, "辣"),
            ]),
            order(vec![
                line("吧台", "紅茶", 3, "珍珠"),
                line("吧台", "紅茶", 1, "椰果"),
            ]),
            SlipOrder {
                test: true,
                ..order(vec![line("吧台", "紅茶", 9, "珍珠")])
            },
        ];
        let stations = PrepStation::totals(&orders);
        assert_eq!(stations.len(), 2);
        assert_eq!(stations[0].name, "吧台");
        assert_eq!(stations[0].items[0].quantity, 6);
        assert_eq!(
            stations[0].items[0].parts,
            [("珍珠".to_owned(), 10), ("椰果".to_owned(), 2)]
        );
        assert_eq!(stations[1].items[0].quantity, 1);
    }
}
