//! Fields of an encoded message, as they stand in it.

use prost::encoding::{WireType, decode_key, decode_varint};

/// A value as it is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raw<'a> {
    /// Booleans, enums and integers.
    Varint(u64),
    /// Numbers of eight bytes.
    Fixed64(u64),
    /// Numbers of four bytes.
    Fixed32(u32),
    /// Text, messages and packed lists.
    Bytes(&'a [u8]),
}

/// Each field of an encoded message with its number, in the order of encoding; `None` where the bytes
/// are no message.
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Option<(u32, Raw<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = decode_key(&mut self.0)
            .ok()
            .and_then(|(number, form)| Some((number, value(form, &mut self.0)?)));
        if field.is_none() {
            self.0 = &[];
        }
        Some(field)
    }
}

/// Takes a value of that form off the front of `from`. Groups, which proto3 does not have, are none.
pub fn value<'a>(form: WireType, from: &mut &'a [u8]) -> Option<Raw<'a>> {
    Some(match form {
        WireType::Varint => Raw::Varint(decode_varint(from).ok()?),
        WireType::SixtyFourBit => Raw::Fixed64(u64::from_le_bytes(*split(from, 8)?.first_chunk()?)),
        WireType::ThirtyTwoBit => Raw::Fixed32(u32::from_le_bytes(*split(from, 4)?.first_chunk()?)),
        WireType::LengthDelimited => {
            let length = usize::try_from(decode_varint(from).ok()?).ok()?;
            Raw::Bytes(split(from, length)?)
        }
        WireType::StartGroup | WireType::EndGroup => return None,
    })
}

fn split<'a>(from: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = from.split_at_checked(count)?;
    *from = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_in_their_order_and_what_is_cut_off_is_none() {
        let bytes = [0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x1d, 1, 0, 0, 0];
        let fields: Vec<_> = Fields(&bytes).collect();
        assert_eq!(
            fields,
            [
                Some((1, Raw::Varint(150))),
                Some((2, Raw::Bytes(b"hi"))),
                Some((3, Raw::Fixed32(1)))
            ]
        );
        let cut: Vec<_> = Fields(&bytes[..6]).collect();
        assert_eq!(cut, [Some((1, Raw::Varint(150))), None]);
    }
}
