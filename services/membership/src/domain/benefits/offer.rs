//! Texts of the links by which members pass coupons on.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// The text of a new link, of random bits that nobody guesses.
#[must_use]
pub fn new_token(random: [u8; 16]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(random)
}

/// What is kept of a text: whoever reads it can take nothing.
#[must_use]
pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}
