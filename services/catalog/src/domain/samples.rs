//! Sample values for unit tests.

use chassis::{
    clock::ManualClock,
    id::{
        BranchId, BrandId, CategoryId, MenuVersionId, OptionGroupId, OptionId, ProductId, VariantId,
    },
    money::Currency,
};
use chrono::DateTime;
use chrono_tz::Tz;
use uuid::Uuid;

use super::{
    branch::{self, Branch},
    brand::{self, Brand},
    catalogue::Catalogue,
    category::Category,
    menu::Menu,
    option_group::{Choice, OptionGroup},
    product::{Details, Display, Product, TaxType, Variant},
};

/// A clock that stands still.
pub fn clock() -> ManualClock {
    ManualClock::at(DateTime::from_timestamp(1_800_000_000, 0).unwrap())
}

/// The category all samples stand in.
pub fn category() -> Category {
    Category {
        id: CategoryId::from_uuid(Uuid::from_u128(1)),
        name: "茶".to_owned(),
        position: 0,
        version: 1,
    }
}

/// A group of two sweetnesses.
pub fn option_group() -> OptionGroup {
    let option = |number: u128, name: &str| Choice {
        id: OptionId::from_uuid(Uuid::from_u128(number)),
        name: name.to_owned(),
        price: 0,
        max_quantity: 1,
        default_chosen: number == 11,
    };
    OptionGroup {
        id: OptionGroupId::from_uuid(Uuid::from_u128(10)),
        name: "甜度".to_owned(),
        min: 1,
        max: 1,
        free_count: 0,
        options: vec![option(11, "正常"), option(12, "半糖")],
        version: 1,
    }
}

/// A listed, taxable product in the sample category.
pub fn product(code: &str, name: &str, variants: &[(&str, i64)]) -> Product {
    Product {
        id: ProductId::new(&clock()),
        details: Details {
            code: code.to_owned(),
            name: name.to_owned(),
            name_en: String::new(),
            description: String::new(),
            allergens: String::new(),
            category_ids: vec![category().id],
            option_group_ids: Vec::new(),
            tax_type: Some(TaxType::Taxable),
            display: Display::Listed,
            min_per_order: 1,
            max_per_order: 99,
            make_seconds: 0,
            station: String::new(),
            print_tag: String::new(),
        },
        variants: variants
            .iter()
            .map(|(name, price)| Variant {
                id: VariantId::new(&clock()),
                name: (*name).to_owned(),
                price: *price,
            })
            .collect(),
        position: 0,
        version: 1,
    }
}

/// A menu of two products, one of them with options.
pub fn menu() -> Menu {
    let brand_id = BrandId::from_uuid(Uuid::from_u128(100));
    let mut tea = product("P00001", "紅茶", &[("冷", 30), ("熱", 30)]);
    tea.details.option_group_ids = vec![option_group().id];
    Menu {
        id: MenuVersionId::from_uuid(Uuid::from_u128(101)),
        number: 3,
        published_at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        brand: Brand {
            id: brand_id,
            details: brand::Details {
                slug: "tea".to_owned(),
                name: "茶行".to_owned(),
                currency: Currency::TWD,
                accent: "#0a5c36".to_owned(),
                introduction: "一杯好茶".to_owned(),
            },
            version: 2,
        },
        branch: Branch {
            id: BranchId::from_uuid(Uuid::from_u128(102)),
            brand_id,
            details: branch::Details {
                code: "A01".to_owned(),
                slug: "main".to_owned(),
                name: "一店".to_owned(),
                phone: "+886223456789".to_owned(),
                address: "台北市".to_owned(),
                time_zone: Tz::Asia__Taipei,
                cutoff_minutes: 240,
                state: branch::State::Live,
            },
            version: 4,
        },
        content: Catalogue {
            categories: vec![category()],
            products: vec![tea, product("P00002", "綠茶", &[("", 25)])],
            option_groups: vec![option_group()],
        },
    }
}
