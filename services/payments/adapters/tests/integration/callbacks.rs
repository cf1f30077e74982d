//! Callbacks of every provider.

use payment_adapters::Provider;
use proptest::prelude::*;

use crate::parse::parse;

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
}
