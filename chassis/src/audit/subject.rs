//! What a request is about, by the names of its fields.

use prost_reflect::{DynamicMessage, Value};

/// Ids found in a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) brand_id: String,
    pub(super) branch_id: String,
    pub(super) object_type: String,
    pub(super) object_id: String,
    pub(super) reason: String,
}

impl Subject {
    /// An object by its kind and id alone.
    pub(super) fn object(kind: &str, id: impl ToString) -> Self {
        Self {
            object_type: kind.to_owned(),
            object_id: id.to_string(),
            ..Self::default()
        }
    }

    /// The first id of each kind, nearest to the top; without an id of its own, the object is the
    /// branch or the brand.
    pub(super) fn of(message: &DynamicMessage) -> Self {
        let mut subject = Self::default();
        subject.read(message);
        if subject.object_id.is_empty() {
            let place = match (&*subject.branch_id, &*subject.brand_id) {
                ("", "") => None,
                ("", brand) => Some(("brand", brand)),
                (branch, _) => Some(("branch", branch)),
            };
            if let Some((kind, id)) = place {
                (subject.object_type, subject.object_id) = (kind.to_owned(), id.to_owned());
            }
        }
        subject
    }

    fn read(&mut self, message: &DynamicMessage) {
        for (field, value) in message.fields() {
            if let Value::String(text) = value {
                self.take(field.name(), text);
            }
        }
        for (_, value) in message.fields() {
            if let Value::Message(inner) = value {
                self.read(inner);
            }
        }
    }

    fn take(&mut self, name: &str, text: &str) {
        let place = match name {
            "brand_id" => &mut self.brand_id,
            "branch_id" => &mut self.branch_id,
            "reason" => &mut self.reason,
            _ => match name.strip_suffix("_id") {
                Some(kind) if self.object_id.is_empty() => {
                    kind.clone_into(&mut self.object_type);
                    &mut self.object_id
                }
                _ => return,
            },
        };
        if place.is_empty() {
            text.clone_into(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use proto::staff::v1::SetAccountStateRequest;

    use super::*;
    use crate::audit::json::reflect;

    #[test]
    fn an_object_is_named_by_its_id() {
        let request = SetAccountStateRequest {
            account_id: "a".into(),
            ..SetAccountStateRequest::default()
        };
        let subject = Subject::of(&reflect(&request).unwrap());
        assert_eq!(
            (&*subject.object_type, &*subject.object_id),
            ("account", "a")
        );
    }

    #[test]
    fn settings_of_a_branch_are_about_the_branch() {
        let request = proto::capacity::v1::SetHoursRequest {
            hours: Some(proto::capacity::v1::Hours {
                branch_id: "b".into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let subject = Subject::of(&reflect(&request).unwrap());
        assert_eq!(
            (&*subject.object_type, &*subject.object_id),
            ("branch", "b")
        );
        assert_eq!(subject.branch_id, "b");
    }
}
