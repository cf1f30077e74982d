//! Callbacks of every provider: no bytes make a parser panic. `fuzz` runs the same function under libFuzzer.

use std::{collections::BTreeMap, sync::LazyLock};

use payment_adapters::Provider;
use proptest::{prelude::*, sample::Index};

use crate::{parse::parse, seeds::seeds};

static SEEDS: LazyLock<BTreeMap<&str, Vec<String>>> = LazyLock::new(|| {
    let all = Provider::ALL.into_iter();
    all.map(|provider| (provider.as_str(), seeds(provider)))
        .collect()
});

/// A change of a message.
#[derive(Clone, Debug)]
enum Mutation {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Cut(Index),
}

impl Mutation {
    fn any() -> impl Strategy<Value = Self> {
        let words = prop::sample::select(vec![
            "\n",
            "\0",
            "%",
            "%ff",
            "&",
            "=",
            "\"",
            "\\u0000",
            "{",
            "[[[[",
            "null",
            "-1",
            "1e999",
            "９",
            "18446744073709551616",
        ]);
        prop_oneof![
            any::<(Index, u8)>().prop_map(|(at, byte)| Self::Set(at, byte)),
            (any::<Index>(), words).prop_map(|(at, word)| Self::Insert(at, word.into())),
            any::<(Index, Vec<u8>)>().prop_map(|(at, bytes)| Self::Insert(at, bytes)),
            (any::<Index>(), 1..40_usize).prop_map(|(at, count)| Self::Remove(at, count)),
            (any::<Index>(), 1..40_usize).prop_map(|(at, count)| Self::Repeat(at, count)),
            any::<Index>().prop_map(Self::Cut),
        ]
    }

    fn apply(&self, data: &mut Vec<u8>) {
        let place = |at: &Index| at.index(data.len() + 1);
        match self {
            Self::Set(at, byte) => {
                let at = place(at);
                if let Some(found) = data.get_mut(at) {
                    *found = *byte;
                }
            }
            Self::Insert(at, bytes) => {
                let at = place(at);
                data.splice(at..at, bytes.iter().copied());
            }
            Self::Remove(at, count) => {
                let at = place(at);
                data.drain(at..data.len().min(at + count));
            }
            Self::Repeat(at, count) => {
                let at = place(at);
                let part = data[at..data.len().min(at + count)].to_vec();
                data.splice(at..at, part);
            }
            Self::Cut(at) => {
                let at = place(at);
                data.truncate(at);
            }
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_panic(data: Vec<u8>, line in "[ -~]{0,80}", body in ".{0,200}") {
        for provider in Provider::ALL {
            parse(provider, &data);
            parse(provider, format!("{line}\n{body}").as_bytes());
        }
    }

    #[test]
    fn no_json_makes_a_parser_panic(
        names in prop::collection::vec("[a-z_]{1,12}", 1..8),
        values in prop::collection::vec("[0-9]{1,20}|\"[^\"\\\\]{0,20}\"|null|\\[\\]", 8),
    ) {
        let fields: Vec<_> = names
            .iter()
            .zip(&values)
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        for provider in Provider::ALL {
            parse(provider, format!("t=1,v1=0\n{{{}}}", fields.join(",")).as_bytes());
        }
    }

    #[test]
    fn no_altered_message_makes_a_parser_panic(
        (line, body) in any::<(Index, Index)>(),
        mutations in prop::collection::vec(Mutation::any(), 0..6),
    ) {
        for provider in Provider::ALL {
            let seeds = &SEEDS[provider.as_str()];
            let mut data = [line.get(seeds).as_str(), body.get(seeds).as_str()].join("\n").into_bytes();
            for mutation in &mutations {
                mutation.apply(&mut data);
            }
            parse(provider, &data);
            // The same as the body alone.
            data.insert(0, b'\n');
            parse(provider, &data);
        }
    }
}
