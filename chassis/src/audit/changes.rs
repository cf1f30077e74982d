//! The changed fields of one object, as many as a record lists.

use proto::common::v1::FieldChange;

/// Most changed fields of a record.
pub(super) const MOST: usize = 100;

/// Changed fields in their order; beyond [`MOST`] they are only counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Changes {
    pub(super) listed: Vec<FieldChange>,
    pub(super) omitted: usize,
}

impl Changes {
    pub(super) fn push(&mut self, change: FieldChange) {
        if self.listed.len() < MOST {
            self.listed.push(change);
        } else {
            self.omitted += 1;
        }
    }
}

impl FromIterator<FieldChange> for Changes {
    fn from_iter<I: IntoIterator<Item = FieldChange>>(all: I) -> Self {
        let mut changes = Self::default();
        all.into_iter().for_each(|change| changes.push(change));
        changes
    }
}
