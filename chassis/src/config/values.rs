//! Types of configuration values that the standard library has no text form for.

use std::{collections::BTreeMap, fmt, ops::Deref, str::FromStr, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use url::Url;

use crate::secret::Secret;

/// A span of time written with its unit: `250ms`, `15s`, `2m`, `1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigDuration(pub Duration);

impl ConfigDuration {
    /// A span of whole seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(Duration::from_secs(secs))
    }

    /// A span of milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }
}

impl Deref for ConfigDuration {
    type Target = Duration;

    fn deref(&self) -> &Duration {
        &self.0
    }
}

impl FromStr for ConfigDuration {
    type Err = String;

    fn from_str(raw: &str) -> Result<Self, String> {
        let refused = || format!("`{raw}` is no span of time such as 250ms, 15s, 2m or 1h");
        let unit_at = raw
            .find(|c: char| !c.is_ascii_digit())
            .ok_or_else(refused)?;
        let (count, unit) = raw.split_at(unit_at);
        let count: u64 = count.parse().map_err(|_| refused())?;
        let millis_each = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(refused()),
        };
        count
            .checked_mul(millis_each)
            .map(Self::from_millis)
            .ok_or_else(refused)
    }
}

impl fmt::Display for ConfigDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        for (unit, size) in [("h", 3_600_000), ("m", 60_000), ("s", 1_000)] {
            if millis >= size && millis.is_multiple_of(size) {
                return write!(f, "{}{unit}", millis / size);
            }
        }
        write!(f, "{millis}ms")
    }
}

/// A signing key: base64 of the 32 bytes of an Ed25519 seed.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(pub [u8; 32]);

impl FromStr for PrivateKey {
    type Err = String;

    fn from_str(raw: &str) -> Result<Self, String> {
        key_bytes(raw).map(Self)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Public keys by key id: `staff=<base64>,gateway=<base64>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicKeys(pub BTreeMap<String, [u8; 32]>);

impl FromStr for PublicKeys {
    type Err = String;

    fn from_str(raw: &str) -> Result<Self, String> {
        let mut keys = BTreeMap::new();
        for pair in raw
            .split(',')
            .map(str::trim)
            .filter(|pair| !pair.is_empty())
        {
            let (id, key) = pair
                .split_once('=')
                .ok_or("a public key is written `id=base64`")?;
            let bytes = key_bytes(key).map_err(|error| format!("key `{id}`: {error}"))?;
            keys.insert(id.to_owned(), bytes);
        }
        Ok(Self(keys))
    }
}

impl fmt::Display for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (id, key)) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(f, "{comma}{id}={}", BASE64_STANDARD.encode(key))?;
        }
        Ok(())
    }
}

/// ReplicaUrls of the replicas of one server: `http://10.0.0.1:50051,http://10.0.0.2:50051`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplicaUrls(pub Vec<Url>);

impl FromStr for ReplicaUrls {
    type Err = String;

    fn from_str(raw: &str) -> Result<Self, String> {
        let read = |address: &str| {
            let address = address.trim();
            Url::parse(address).map_err(|error| format!("`{address}`: {error}"))
        };
        raw.split(',').map(read).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for ReplicaUrls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, address) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(f, "{comma}{address}")?;
        }
        Ok(())
    }
}

fn key_bytes(raw: &str) -> Result<[u8; 32], String> {
    let bytes = BASE64_STANDARD
        .decode(raw.trim())
        .map_err(|_| "not base64".to_owned())?;
    <[u8; 32]>::try_from(bytes).map_err(|bytes| format!("{} bytes instead of 32", bytes.len()))
}

macro_rules! read_as_text {
    ($($type:ty),*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

read_as_text!(ReplicaUrls, ConfigDuration, PrivateKey, PublicKeys);

impl Serialize for ReplicaUrls {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for ConfigDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for PublicKeys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Secret {
    /// Writes nothing: a sample or a dump must not hold a password.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

impl Serialize for PrivateKey {
    /// Writes nothing: a sample or a dump must not hold a key.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_reads_as_it_is_written() {
        for text in ["250ms", "15s", "2m", "36h", "0ms"] {
            assert_eq!(text.parse::<ConfigDuration>().unwrap().to_string(), text);
        }
        for wrong in ["", "15", "s", "15 s", "1.5s", "99999999999999999h"] {
            assert!(wrong.parse::<ConfigDuration>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn public_keys_read_as_they_are_written() {
        let keys = PublicKeys(BTreeMap::from([
            ("gateway".into(), [1; 32]),
            ("staff".into(), [2; 32]),
        ]));
        assert_eq!(keys.to_string().parse::<PublicKeys>().unwrap(), keys);
        assert!("staff=short".parse::<PublicKeys>().is_err());
    }

    #[test]
    fn addresses_of_replicas_are_separated_by_commas() {
        let two: ReplicaUrls = "http://a:1, http://b:2".parse().unwrap();
        assert_eq!(two.to_string(), "http://a:1/,http://b:2/");
        for wrong in ["", "nowhere", "http://a:1,", "http://a:1,,http://b:2"] {
            assert!(wrong.parse::<ReplicaUrls>().is_err(), "{wrong}");
        }
    }
}
