//! Text from devices.

use percent_encoding::percent_decode_str;

/// Longest word of a device that is kept.
const MOST_CHARS: usize = 64;

/// A device's word, bounded and without control characters.
pub(crate) fn word(text: &str) -> String {
    let shown = text.chars().filter(|character| !character.is_control());
    let shown: String = shown.take(MOST_CHARS).collect();
    shown.trim().to_owned()
}

/// Text that may be percent-encoded.
pub(crate) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
