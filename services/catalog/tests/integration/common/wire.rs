//! Requests with sensible defaults.

use proto::catalog::v1::*;

pub fn brand(slug: &str) -> Brand {
    Brand {
        slug: slug.to_owned(),
        name: "茶行".to_owned(),
        currency: "TWD".to_owned(),
        accent: "#0a5c36".to_owned(),
        introduction: "一杯好茶".to_owned(),
        ..Brand::default()
    }
}

pub fn branch(brand_id: &str, slug: &str) -> Branch {
    Branch {
        brand_id: brand_id.to_owned(),
        code: slug.to_uppercase(),
        slug: slug.to_owned(),
        name: format!("{slug} 店"),
        phone: "02-2345-6789".to_owned(),
        address: "台北市中正區".to_owned(),
        time_zone: "Asia/Taipei".to_owned(),
        cutoff_minutes: 240,
        state: BranchState::Live.into(),
        ..Branch::default()
    }
}

pub fn product(brand_id: &str, category_id: &str, name: &str) -> Product {
    Product {
        brand_id: brand_id.to_owned(),
        name: name.to_owned(),
        category_ids: vec![category_id.to_owned()],
        variants: vec![variant("冷", 30), variant("熱", 35)],
        tax_type: Some(TaxType::Taxable.into()),
        display: DisplayState::Listed.into(),
        position: 999,
        ..Product::default()
    }
}

pub fn variant(name: &str, price: i64) -> Variant {
    Variant {
        name: name.to_owned(),
        price,
        ..Variant::default()
    }
}

pub fn sweetness() -> OptionGroup {
    let option = |name: &str| proto::catalog::v1::Option {
        name: name.to_owned(),
        max_quantity: 1,
        ..proto::catalog::v1::Option::default()
    };
    OptionGroup {
        name: "甜度".to_owned(),
        min: 1,
        max: 1,
        options: vec![option("正常"), option("半糖")],
        ..OptionGroup::default()
    }
}

pub fn import(brand_id: &str, content: &[u8]) -> ImportProductsRequest {
    ImportProductsRequest {
        brand_id: brand_id.to_owned(),
        content: content.to_vec().into(),
        ..ImportProductsRequest::default()
    }
}

pub fn publish(key: &str, brand_id: &str) -> PublishRequest {
    PublishRequest {
        idempotency_key: key.to_owned(),
        brand_id: brand_id.to_owned(),
        branch_ids: Vec::new(),
    }
}
