//! Items that were bought as an offer, at its price.

use super::Goods;
use crate::{
    explanation::Action,
    groups::Mask,
    portions::{Portions, Take},
    rules::OfferedItem,
};

/// From the first `most` units of the groups bought as this item; options are on top of the price.
pub(crate) fn portions(
    goods: &Goods<'_>,
    item: OfferedItem,
    (bought, most): (Mask, u32),
) -> Portions {
    let mut portions = Portions::new(Action::AddOn { price: item.price }, 0);
    for unit in goods.groups.units(bought).take(most as usize) {
        let extras = goods.groups.items[goods.groups.of_unit[unit]].extras;
        let part = (goods.nets[unit] - extras).at_least_zero();
        let off = (part - item.price).at_least_zero();
        portions.push([(unit, part)], Take::Amount(off));
        portions.times += 1;
    }
    portions
}
