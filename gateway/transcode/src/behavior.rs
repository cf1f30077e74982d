//! What `google.api.field_behavior` says of fields in requests.

use std::collections::HashSet;

use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

use crate::shape::is_optional;

const OPTIONAL: i32 = 1;
const OUTPUT_ONLY: i32 = 3;

/// Fields that requests may leave out or must not have, by their full names.
#[derive(Debug, Default)]
pub struct Behaviors {
    optional: HashSet<String>,
    output_only: HashSet<String>,
}

impl Behaviors {
    /// Reads the option of every field; a pool that does not know the option has none.
    pub fn read(pool: &DescriptorPool) -> Self {
        let mut found = Self::default();
        let Some(option) = pool.get_extension_by_name("google.api.field_behavior") else {
            return found;
        };
        for field in pool.all_messages().flat_map(|message| {
            let fields: Vec<FieldDescriptor> = message.fields().collect();
            fields
        }) {
            let options = field.options();
            let value = options.get_extension(&option);
            for behavior in value.as_list().unwrap_or_default() {
                match behavior.as_enum_number() {
                    Some(OPTIONAL) => found.optional.insert(field.full_name().to_owned()),
                    Some(OUTPUT_ONLY) => found.output_only.insert(field.full_name().to_owned()),
                    _ => false,
                };
            }
        }
        found
    }

    /// Whether only responses have the field.
    pub fn is_output_only(&self, field: &FieldDescriptor) -> bool {
        self.output_only.contains(field.full_name())
    }

    /// Whether a request may leave the field out although responses always have it.
    pub fn has_default(&self, field: &FieldDescriptor) -> bool {
        self.optional.contains(field.full_name())
    }

    /// Whether a request must have the field.
    pub fn is_required(&self, field: &FieldDescriptor) -> bool {
        !field.is_list()
            && !field.is_map()
            && !is_optional(field)
            && !self.has_default(field)
            && !self.is_output_only(field)
    }

    /// Whether requests may leave out or must not have a field of the message, or of one within it, that
    /// responses always have.
    pub fn differs_in_requests(&self, message: &MessageDescriptor) -> bool {
        self.differs(message, &mut HashSet::new())
    }

    fn differs(&self, message: &MessageDescriptor, seen: &mut HashSet<String>) -> bool {
        if !seen.insert(message.full_name().to_owned()) {
            return false;
        }
        message.fields().any(|field| {
            is_optional(&field)
                || self.is_output_only(&field)
                || self.has_default(&field)
                || matches!(field.kind(), Kind::Message(inner) if self.differs(&inner, seen))
        })
    }
}
