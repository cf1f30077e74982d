//! Categories, products and option groups.

use crate::common::{Shop, branch_scope, fields, ok, refused, wire};
use proto::catalog::v1::{
    ArchiveCategoryRequest, ArchiveOptionGroupRequest, ArchiveProductRequest, Brand, Category,
    CreateProductRequest, DisplayState, FindItemsRequest, GetItemNamesRequest, GetProductRequest,
    ItemKey, ItemKind, ListCategoriesRequest, ListProductsRequest, Product, SaveCategoryRequest,
    SaveOptionGroupRequest, UpdateProductRequest,
};

fn create(key: &str, product: Product) -> CreateProductRequest {
    CreateProductRequest {
        idempotency_key: key.to_owned(),
        product: Some(product),
    }
}

fn update(product: &Product) -> UpdateProductRequest {
    UpdateProductRequest {
        product: Some(product.clone()),
    }
}

fn names(products: &[Product]) -> Vec<&str> {
    products
        .iter()
        .map(|product| product.name.as_str())
        .collect()
}

#[tokio::test]
async fn a_product_without_a_code_gets_one_and_a_code_is_taken_once() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let category = shop.category(&brand.brand_id, "茶").await;
    let product = wire::product(&brand.brand_id, &category.category_id, "紅茶");
    let first = ok(shop
        .owner()
        .create_product(create("a", product.clone()))
        .await);
    let again = ok(shop
        .owner()
        .create_product(create("a", product.clone()))
        .await);
    assert_eq!(first, again);
    let first = first.product.unwrap();
    assert_eq!(
        (&*first.code, first.min_per_order, first.max_per_order),
        ("P00001", 1, 99)
    );

    let mut same = product.clone();
    same.code = "P00001".to_owned();
    let problem = refused(shop.owner().create_product(create("b", same.clone())).await);
    assert_eq!(fields(&problem), [("product.code", "CODE_TAKEN")]);

    let archive = ArchiveProductRequest {
        product_id: first.product_id.clone(),
        version: 1,
    };
    ok(shop.owner().archive_product(archive).await);
    ok(shop.owner().create_product(create("b", same)).await);
    let gone = GetProductRequest {
        product_id: first.product_id,
    };
    assert_eq!(
        refused(shop.owner().get_product(gone).await).reason,
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn every_wrong_field_of_a_product_is_named() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let category = shop.category(&brand.brand_id, "茶").await;
    let mut product = wire::product(&brand.brand_id, &category.category_id, &"茶".repeat(61));
    product.variants[1].price = 1_000_000;
    product.min_per_order = 100;
    product.display = DisplayState::Unspecified.into();
    product.station = "吧".repeat(21);
    product.print_tag = "茶".repeat(21);
    let problem = refused(shop.owner().create_product(create("a", product)).await);
    assert_eq!(
        fields(&problem),
        [
            ("product.name", "TEXT_TOO_LONG"),
            ("product.station", "TEXT_TOO_LONG"),
            ("product.print_tag", "TEXT_TOO_LONG"),
            ("product.display", "VALIDATION_FAILED"),
            ("product.min_per_order", "VALIDATION_FAILED"),
            ("product.max_per_order", "VALIDATION_FAILED"),
            ("product.variants[1].price", "AMOUNT_OUT_OF_RANGE"),
        ]
    );
}

#[tokio::test]
async fn a_product_keeps_its_station_and_print_tag() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let category = shop.category(&brand.brand_id, "茶").await;
    let mut product = wire::product(&brand.brand_id, &category.category_id, "紅茶");
    product.station = " 吧台Ａ ".to_owned();
    product.print_tag = "冷飲".to_owned();
    let mut product = shop.product(product).await;
    assert_eq!((&*product.station, &*product.print_tag), ("吧台A", "冷飲"));

    product.station = "廚房".to_owned();
    product.print_tag.clear();
    ok(shop.owner().update_product(update(&product)).await);
    let listed = shop.products(&brand.brand_id).await;
    assert_eq!((&*listed[0].station, &*listed[0].print_tag), ("廚房", ""));
}

#[tokio::test]
async fn categories_and_groups_must_be_the_brands_own() {
    let shop = Shop::open().await;
    let (tea, _) = shop.brand("tea").await;
    let (coffee, _) = shop.brand("coffee").await;
    let foreign = shop.category(&coffee.brand_id, "咖啡").await;
    let mut product = wire::product(&tea.brand_id, &foreign.category_id, "紅茶");
    product.option_group_ids = vec![coffee.brand_id];
    let problem = refused(shop.owner().create_product(create("a", product)).await);
    assert_eq!(
        fields(&problem),
        [
            ("product.category_ids[0]", "NOT_FOUND"),
            ("product.option_group_ids[0]", "NOT_FOUND")
        ]
    );
}

#[tokio::test]
async fn a_change_keeps_the_variants_it_names_and_a_stale_one_is_refused() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let category = shop.category(&brand.brand_id, "茶").await;
    let before = shop
        .product(wire::product(
            &brand.brand_id,
            &category.category_id,
            "紅茶",
        ))
        .await;
    let mut wanted = before.clone();
    wanted.variants.remove(0);
    wanted.variants[0].price = 40;
    wanted.variants.push(wire::variant("大杯", 50));
    let after = ok(shop.owner().update_product(update(&wanted)).await)
        .product
        .unwrap();
    assert_eq!(after.version, 2);
    assert_eq!(after.variants[0].variant_id, before.variants[1].variant_id);
    assert_eq!((after.variants.len(), after.variants[1].price), (2, 50));

    let stale = refused(shop.owner().update_product(update(&wanted)).await);
    assert_eq!(stale.reason, "VERSION_CONFLICT");
    let mut stolen = after.clone();
    stolen.variants[0]
        .variant_id
        .clone_from(&before.variants[0].variant_id);
    let problem = refused(shop.owner().update_product(update(&stolen)).await);
    assert_eq!(
        fields(&problem),
        [("product.variants[0].variant_id", "NOT_FOUND")]
    );
}

#[tokio::test]
async fn products_come_in_pages_by_category_and_place() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let mut file = String::from("category,name,price_cold\n");
    for number in 0..55 {
        file.push_str(&format!(
            "{},茶{number:02},25\n",
            if number < 30 { "甲" } else { "乙" }
        ));
    }
    shop.import(&brand.brand_id, file.as_bytes()).await;
    let mut request = ListProductsRequest {
        brand_id: brand.brand_id.clone(),
        page_size: 20,
        ..ListProductsRequest::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = ok(shop.owner().list_products(request.clone()).await);
        assert_eq!(page.total, 55);
        seen.extend(page.products);
        let Some(next) = page.next_page_token else {
            break;
        };
        request.page_token = next;
    }
    let expected: Vec<String> = (0..55).map(|number| format!("茶{number:02}")).collect();
    assert_eq!(names(&seen), expected);

    let found = ListProductsRequest {
        brand_id: brand.brand_id,
        text: "茶5".to_owned(),
        category_id: seen[54].category_ids[0].clone(),
        display: DisplayState::Listed.into(),
        ..ListProductsRequest::default()
    };
    assert_eq!(ok(shop.owner().list_products(found.clone()).await).total, 5);
    let forged = ListProductsRequest {
        page_token: "x".to_owned(),
        page_size: 7,
        ..found
    };
    let problem = refused(shop.owner().list_products(forged).await);
    assert_eq!(
        fields(&problem),
        [
            ("page_size", "VALIDATION_FAILED"),
            ("page_token", "VALIDATION_FAILED")
        ]
    );
}

#[tokio::test]
async fn text_is_kept_as_typed_and_compared_and_searched_folded() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let category = shop.category(&brand.brand_id, "Ｑ系列／果茶").await;
    assert_eq!(category.name, "Ｑ系列／果茶");
    let same = SaveCategoryRequest {
        brand_id: brand.brand_id.clone(),
        category: Some(Category {
            name: "q系列/果茶".to_owned(),
            ..Category::default()
        }),
    };
    let problem = refused(shop.owner().save_category(same).await);
    assert_eq!(fields(&problem), [("category.name", "CODE_TAKEN")]);

    let mut product = wire::product(&brand.brand_id, &category.category_id, "凍檸ＱＱ．大");
    product.code = "Ａ１".to_owned();
    product.description = "每日現切（限量）ＱＱ".to_owned();
    let product = shop.product(product).await;
    assert_eq!(
        (&*product.code, &*product.name, &*product.description),
        ("Ａ１", "凍檸ＱＱ．大", "每日現切（限量）ＱＱ")
    );
    let mut same = wire::product(&brand.brand_id, &category.category_id, "紅茶");
    same.code = "a1".to_owned();
    let problem = refused(shop.owner().create_product(create("b", same)).await);
    assert_eq!(fields(&problem), [("product.code", "CODE_TAKEN")]);

    for text in ["凍檸qq", "ＱＱ．", "qq.大", "A1", "ａ１"] {
        let request = ListProductsRequest {
            brand_id: brand.brand_id.clone(),
            text: text.to_owned(),
            ..ListProductsRequest::default()
        };
        let found = ok(shop.owner().list_products(request).await);
        assert_eq!((found.total, found.products.len()), (1, 1), "{text}");
    }
}

#[tokio::test]
async fn what_cannot_be_seen_or_stored_is_refused_at_its_field() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let category = shop.category(&brand.brand_id, "茶").await;
    for name in ["\u{200b}", "\u{1}", "紅\u{1}茶", "\u{3164}\u{2060}"] {
        let save = SaveCategoryRequest {
            brand_id: brand.brand_id.clone(),
            category: Some(Category {
                name: name.to_owned(),
                ..Category::default()
            }),
        };
        let problem = refused(shop.owner().save_category(save).await);
        assert_eq!(
            fields(&problem),
            [("category.name", "VALIDATION_FAILED")],
            "{name:?}"
        );
        let mut product = wire::product(&brand.brand_id, &category.category_id, name);
        product.variants[1].name = "熱\u{1}".to_owned();
        product.station = "\u{1}".to_owned();
        let problem = refused(shop.owner().create_product(create("a", product)).await);
        assert_eq!(
            fields(&problem),
            [
                ("product.name", "VALIDATION_FAILED"),
                ("product.station", "VALIDATION_FAILED"),
                ("product.variants[1].name", "VALIDATION_FAILED")
            ],
            "{name:?}"
        );
        let mut group = wire::sweetness();
        name.clone_into(&mut group.name);
        name.clone_into(&mut group.options[0].name);
        let save = SaveOptionGroupRequest {
            brand_id: brand.brand_id.clone(),
            option_group: Some(group),
        };
        let problem = refused(shop.owner().save_option_group(save).await);
        assert_eq!(
            fields(&problem),
            [
                ("option_group.options[0].name", "VALIDATION_FAILED"),
                ("option_group.name", "VALIDATION_FAILED")
            ],
            "{name:?}"
        );
    }
    let search = ListProductsRequest {
        brand_id: brand.brand_id.clone(),
        text: "\0".to_owned(),
        ..ListProductsRequest::default()
    };
    let problem = refused(shop.owner().list_products(search).await);
    assert_eq!(fields(&problem), [("text", "VALIDATION_FAILED")]);
}

#[tokio::test]
async fn an_edited_group_keeps_the_identity_of_its_options_and_the_file_finds_nothing_to_change() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let category = shop.category(&brand.brand_id, "茶").await;
    let save = |group| SaveOptionGroupRequest {
        brand_id: brand.brand_id.clone(),
        option_group: Some(group),
    };
    let option = |name: &str, price: i64| proto::catalog::v1::Option {
        name: name.to_owned(),
        price,
        max_quantity: 3,
        ..proto::catalog::v1::Option::default()
    };
    let mut toppings = wire::sweetness();
    toppings.name = "加料".to_owned();
    (toppings.min, toppings.max) = (0, 5);
    toppings.options = vec![option("珍珠", 10), option("椰果", 10), option("布丁", 15)];
    let before = ok(shop.owner().save_option_group(save(toppings)).await);
    let before = before.option_group.unwrap();
    let mut product = wire::product(&brand.brand_id, &category.category_id, "紅茶");
    product.option_group_ids = vec![before.option_group_id.clone()];
    shop.product(product).await;

    // 芋圓 comes first; 珍珠 is renamed, dearer and last.
    let mut wanted = before.clone();
    let mut pearls = wanted.options.remove(0);
    (pearls.name, pearls.price) = ("黑糖珍珠".to_owned(), 15);
    wanted.options.insert(0, option("芋圓", 15));
    wanted.options.push(pearls);
    let after = ok(shop.owner().save_option_group(save(wanted)).await);
    let after = after.option_group.unwrap();
    let id = |group: &proto::catalog::v1::OptionGroup, name: &str| {
        let found = group.options.iter().find(|option| option.name == name);
        found.map(|option| option.option_id.clone()).unwrap()
    };
    assert_eq!(id(&after, "黑糖珍珠"), id(&before, "珍珠"));
    for kept in ["椰果", "布丁"] {
        assert_eq!(id(&after, kept), id(&before, kept), "{kept}");
    }
    let names: Vec<&str> = after.options.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["芋圓", "椰果", "布丁", "黑糖珍珠"]);

    let exported = shop.export(&brand.brand_id).await;
    let report = shop.import(&brand.brand_id, &exported).await;
    assert_eq!(
        (report.created, report.updated, report.unchanged),
        (0, 0, 1)
    );

    let mut wanted = after.clone();
    wanted.options.retain(|option| option.name != "椰果");
    let without = ok(shop.owner().save_option_group(save(wanted)).await);
    let mut again = without.option_group.unwrap();
    again.options.push(option("椰果", 10));
    let again = ok(shop.owner().save_option_group(save(again)).await);
    let again = again.option_group.unwrap();
    assert_ne!(
        id(&again, "椰果"),
        id(&before, "椰果"),
        "a new one is another unit"
    );
}

#[tokio::test]
async fn a_product_goes_to_the_place_it_is_given() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    shop.import(
        &brand.brand_id,
        "category,name,price_cold\n茶,甲,1\n茶,乙,1\n茶,丙,1\n".as_bytes(),
    )
    .await;
    let mut last = shop.products(&brand.brand_id).await[2].clone();
    last.position = 0;
    let moved = ok(shop.owner().update_product(update(&last)).await)
        .product
        .unwrap();
    assert_eq!(moved.position, 0);
    let products = shop.products(&brand.brand_id).await;
    assert_eq!(names(&products), ["丙", "甲", "乙"]);
    assert_eq!(products[1].version, 1, "being moved past is no change");
}

#[tokio::test]
async fn a_category_with_products_is_archived_once_they_have_another_place() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    shop.import(
        &brand.brand_id,
        "category,name,price_cold\n甲,紅茶,1\n乙,綠茶,1\n".as_bytes(),
    )
    .await;
    let request = ListCategoriesRequest {
        brand_id: brand.brand_id.clone(),
    };
    let categories = ok(shop.owner().list_categories(request).await).categories;
    let mut archive = ArchiveCategoryRequest {
        category_id: categories[0].category_id.clone(),
        version: 1,
        move_products_to: None,
    };
    let problem = refused(shop.owner().archive_category(archive.clone()).await);
    assert_eq!(
        fields(&problem),
        [("move_products_to", "VALIDATION_FAILED")]
    );
    archive.move_products_to = Some(categories[1].category_id.clone());
    ok(shop.owner().archive_category(archive.clone()).await);
    assert_eq!(
        refused(shop.owner().archive_category(archive).await).reason,
        "NOT_FOUND"
    );
    let products = shop.products(&brand.brand_id).await;
    assert_eq!(names(&products), ["綠茶", "紅茶"]);
    assert!(
        products
            .iter()
            .all(|it| it.category_ids == [categories[1].category_id.clone()])
    );
    // The name may be used again.
    shop.category(&brand.brand_id, "甲").await;
}

#[tokio::test]
async fn a_category_name_is_taken_once_and_its_place_is_kept() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let first = shop.category(&brand.brand_id, "甲").await;
    let second = shop.category(&brand.brand_id, "乙").await;
    assert_eq!((first.position, second.position), (0, 1));
    let save = |category: Category| SaveCategoryRequest {
        brand_id: brand.brand_id.clone(),
        category: Some(category),
    };
    let same = Category {
        name: "甲".to_owned(),
        ..second.clone()
    };
    assert_eq!(
        refused(shop.owner().save_category(save(same)).await).reason,
        "CODE_TAKEN"
    );
    let up = Category {
        position: 0,
        ..second
    };
    let moved = ok(shop.owner().save_category(save(up.clone())).await)
        .category
        .unwrap();
    assert_eq!((moved.position, moved.version), (0, 2));
    assert_eq!(
        refused(shop.owner().save_category(save(up)).await).reason,
        "VERSION_CONFLICT"
    );
}

#[tokio::test]
async fn an_option_group_keeps_the_options_it_names_and_is_archived_when_unused() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let save = |group| SaveOptionGroupRequest {
        brand_id: brand.brand_id.clone(),
        option_group: Some(group),
    };
    let made = ok(shop
        .owner()
        .save_option_group(save(wire::sweetness()))
        .await);
    let made = made.option_group.unwrap();
    let mut wanted = made.clone();
    wanted.options.remove(0);
    wanted.options[0].price = 5;
    let after = ok(shop.owner().save_option_group(save(wanted.clone())).await);
    let after = after.option_group.unwrap();
    assert_eq!((after.version, &after.options), (2, &wanted.options));
    let stale = refused(shop.owner().save_option_group(save(wanted)).await);
    assert_eq!(stale.reason, "VERSION_CONFLICT");

    let category = shop.category(&brand.brand_id, "茶").await;
    let mut product = wire::product(&brand.brand_id, &category.category_id, "紅茶");
    product.option_group_ids = vec![made.option_group_id.clone()];
    let product = shop.product(product).await;
    let archive = ArchiveOptionGroupRequest {
        option_group_id: made.option_group_id,
        version: 2,
    };
    let problem = refused(shop.owner().archive_option_group(archive.clone()).await);
    assert_eq!(
        (&*problem.reason, &*problem.params["products"]),
        ("VALIDATION_FAILED", "紅茶")
    );
    let gone = ArchiveProductRequest {
        product_id: product.product_id,
        version: product.version,
    };
    ok(shop.owner().archive_product(gone).await);
    ok(shop.owner().archive_option_group(archive).await);
}

#[tokio::test]
async fn branch_staff_see_the_catalogue_and_do_not_change_it() {
    let shop = Shop::open().await;
    let (brand, branch) = shop.brand("tea").await;
    let category = shop.category(&brand.brand_id, "茶").await;
    let product = shop
        .product(wire::product(
            &brand.brand_id,
            &category.category_id,
            "紅茶",
        ))
        .await;
    let mut clerk = shop.manager_of(branch_scope(&branch.branch_id));
    let get = GetProductRequest {
        product_id: product.product_id.clone(),
    };
    assert_eq!(
        ok(clerk.get_product(get).await).product.as_ref(),
        Some(&product)
    );
    assert_eq!(
        refused(clerk.update_product(update(&product)).await).reason,
        "OUT_OF_SCOPE"
    );
}

/// What a menu lacks may be archived or somebody else's: ordering distinguishes the two by this.
#[tokio::test]
async fn items_are_found_by_their_ids_archived_or_not_in_their_own_organisation() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let category = shop.category(&brand.brand_id, "茶").await;
    let product = wire::product(&brand.brand_id, &category.category_id, "紅茶");
    let product = shop.product(product).await;
    let groups = SaveOptionGroupRequest {
        brand_id: brand.brand_id.clone(),
        option_group: Some(wire::sweetness()),
    };
    let group = ok(shop.owner().save_option_group(groups).await);
    let archive = ArchiveProductRequest {
        product_id: product.product_id.clone(),
        version: product.version,
    };
    ok(shop.owner().archive_product(archive).await);

    let option = &group.option_group.unwrap().options[0].option_id;
    let known = [
        product.product_id.clone(),
        product.variants[0].variant_id.clone(),
        option.clone(),
    ];
    let unknown = [brand.brand_id.clone(), category.category_id.clone()];
    let find = |item_ids: Vec<String>| FindItemsRequest { item_ids };
    let wanted = find([&known[..], &unknown[..]].concat());
    let mut found = ok(shop.ordering().find_items(wanted).await).item_ids;
    found.sort();
    let mut expected = known.to_vec();
    expected.sort();
    assert_eq!(found, expected);

    let stranger = testkit::identities::service("ordering", testkit::organisation());
    let mut elsewhere = shop.caller(&stranger);
    let nothing = ok(elsewhere.find_items(find(known.to_vec())).await);
    assert!(nothing.item_ids.is_empty());

    let many = refused(
        shop.ordering()
            .find_items(find(vec![known[0].clone(); 501]))
            .await,
    );
    assert_eq!(fields(&many), [("item_ids", "VALIDATION_FAILED")]);
    let wrong = refused(shop.ordering().find_items(find(vec!["x".to_owned()])).await);
    assert_eq!(fields(&wrong), [("item_ids[0]", "VALIDATION_FAILED")]);
}

#[tokio::test]
async fn names_are_those_of_the_brand_and_of_what_is_not_archived() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let (other, _) = shop.brand("cake").await;
    let category = shop.category(&brand.brand_id, "茶").await;
    let tea = Product {
        station: "吧台".to_owned(),
        print_tag: "冷飲".to_owned(),
        ..wire::product(&brand.brand_id, &category.category_id, "紅茶")
    };
    let tea = shop.product(tea).await;
    let gone = wire::product(&brand.brand_id, &category.category_id, "綠茶");
    let gone = shop.product(gone).await;
    let archive = ArchiveProductRequest {
        product_id: gone.product_id.clone(),
        version: gone.version,
    };
    ok(shop.owner().archive_product(archive).await);
    let groups = SaveOptionGroupRequest {
        brand_id: brand.brand_id.clone(),
        option_group: Some(wire::sweetness()),
    };
    let group = ok(shop.owner().save_option_group(groups).await);
    let group = group.option_group.unwrap();
    let (option, variant) = (&group.options[0], &tea.variants[0]);

    let key = |kind: ItemKind, key: &str| ItemKey {
        kind: kind.into(),
        key: key.to_owned(),
    };
    let items = vec![
        key(ItemKind::Product, &tea.product_id),
        key(ItemKind::Variant, &variant.variant_id),
        key(ItemKind::Option, &option.option_id),
        key(ItemKind::Category, &category.category_id),
        key(ItemKind::Station, "吧台"),
        key(ItemKind::PrintTag, "冷飲"),
        key(ItemKind::Product, &gone.product_id),
        key(ItemKind::Variant, &gone.variants[0].variant_id),
        key(ItemKind::Variant, &tea.product_id),
        key(ItemKind::Station, "冷飲"),
    ];
    let names = async |brand: &Brand, items: &[ItemKey]| {
        let request = GetItemNamesRequest {
            brand_id: brand.brand_id.clone(),
            items: items.to_vec(),
        };
        shop.ordering().get_item_names(request).await
    };
    let found = ok(names(&brand, &items).await).items;
    let mut found: Vec<_> = found
        .iter()
        .map(|item| {
            (
                item.kind(),
                &*item.name,
                &*item.detail,
                item.sku_ids.clone(),
            )
        })
        .collect();
    found.sort();
    let tea_variants: Vec<String> = tea
        .variants
        .iter()
        .map(|it| it.variant_id.clone())
        .collect();
    let of = |id: &str| vec![id.to_owned()];
    let expected = [
        (ItemKind::Product, "紅茶", "", tea_variants),
        (
            ItemKind::Variant,
            "紅茶",
            &*variant.name,
            of(&variant.variant_id),
        ),
        (
            ItemKind::Option,
            &*option.name,
            &*group.name,
            of(&option.option_id),
        ),
        (ItemKind::Category, "茶", "", vec![]),
        (ItemKind::Station, "吧台", "", vec![]),
        (ItemKind::PrintTag, "冷飲", "", vec![]),
    ];
    assert_eq!(found, expected);

    assert!(ok(names(&other, &items).await).items.is_empty());
    let many = refused(names(&brand, &vec![items[0].clone(); 201]).await);
    assert_eq!(fields(&many), [("items", "VALIDATION_FAILED")]);
    let wrong = [
        key(ItemKind::Product, "x"),
        key(ItemKind::Station, ""),
        key(ItemKind::Unspecified, &tea.product_id),
    ];
    let wrong = refused(names(&brand, &wrong).await);
    let expected = ["items[0].key", "items[1].key", "items[2].kind"];
    assert_eq!(fields(&wrong), expected.map(|it| (it, "VALIDATION_FAILED")));
}
