use sha2::{Digest as _, Sha256};

use crate::auth::Shop;

/// What wrong codes of a customer are counted by: device and address, hashed.
pub fn attempt_keys(shop: &Shop) -> Vec<String> {
    let key = |kind: &str, of: &str| {
        let digest = Sha256::new().chain_update(kind).chain_update(of).finalize();
        let digest = digest[..16].iter().map(|byte| format!("{byte:02x}"));
        format!("{kind}:{}", digest.collect::<String>())
    };
    vec![
        key("device", &shop.device.0),
        key("address", &shop.address.to_string()),
    ]
}
