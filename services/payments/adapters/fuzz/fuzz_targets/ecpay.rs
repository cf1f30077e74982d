#![no_main]

use payment_adapters::Provider;

libfuzzer_sys::fuzz_target!(|data: &[u8]| payment_adapters_fuzz::parse(Provider::Ecpay, data));
