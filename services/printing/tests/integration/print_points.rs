//! Print points, rules and settings.

use chassis::id::PrintTemplateId;
use proto::printing::v1::{
    CreatePrintRuleRequest, DeletePrintPointRequest, DeletePrintRuleRequest, Document,
    DocumentTemplate, GetPrintSettingsRequest, LineFilter, ListPrintPointsRequest,
    ListPrintRulesRequest, Paper, PrintChannel, PrintJobReason, PrintJobState, PrintRule,
    PrintSettings, PrintTrigger, SlipsPer, UpdatePrintPointRequest, UpdatePrintRuleRequest,
    UpdatePrintSettingsRequest,
};

use crate::common::{Shop, Step, fields, reason};

#[tokio::test]
async fn copies_are_one_to_five_and_every_wrong_field_is_named() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    for copies in [0, 6, -1] {
        let mut point = shop.point(printer.device, "櫃檯");
        point.copies = copies;
        let refused = shop.try_create_point("k", point).await;
        assert_eq!(reason(refused), "SETTING_RANGE", "{copies}");
    }
    let mut point = shop.point(printer.device, "");
    (point.place, point.scenes) = (String::new(), Vec::new());
    point.substitute_id = Some("x".to_owned());
    point.templates = vec![DocumentTemplate::default()];
    let mut found = fields(shop.try_create_point("k", point).await);
    found.sort();
    let expected = [
        "print_point.name",
        "print_point.place",
        "print_point.scenes",
        "print_point.substitute_id",
        "print_point.templates[0].document",
        "print_point.templates[0].template_id",
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_substitute_is_another_print_point_with_the_same_paper() {
    let shop = Shop::open().await;
    let (roll, labels) = (
        shop.printer("S-1").await,
        shop.printer_of("319776QFAR07448", PrintChannel::Xpyun, Paper::Label40x25)
            .await,
    );
    let create = async |device, name: &str| {
        let point = shop.point(device, name);
        shop.try_create_point(name, point).await.unwrap()
    };
    let (first, second) = (
        create(roll.device, "a").await,
        create(roll.device, "b").await,
    );
    let label = create(labels.device, "c").await;
    let with = |substitute: &str| {
        let mut changed = first.clone();
        changed.substitute_id = Some(substitute.to_owned());
        UpdatePrintPointRequest {
            print_point_id: first.print_point_id.clone(),
            print_point: Some(changed),
        }
    };
    for wrong in [&first.print_point_id, &label.print_point_id] {
        let refused = shop.points().update_print_point(with(wrong)).await;
        assert_eq!(fields(refused), ["print_point.substitute_id"]);
    }
    let changed = shop
        .points()
        .update_print_point(with(&second.print_point_id))
        .await
        .unwrap();
    let changed = changed.into_inner().print_point.unwrap();
    assert_eq!(changed.substitute_id, Some(second.print_point_id.clone()));
    // Without it nobody has it as substitute any more.
    let delete = DeletePrintPointRequest {
        print_point_id: second.print_point_id,
        version: second.version,
    };
    shop.points().delete_print_point(delete).await.unwrap();
    let list = ListPrintPointsRequest {
        branch_id: shop.branch.to_string(),
        ..Default::default()
    };
    let found = shop.points().list_print_points(list).await.unwrap();
    let found = found.into_inner().print_points;
    let names: Vec<_> = found.iter().map(|point| point.name.as_str()).collect();
    assert_eq!(names, ["a", "c"]);
    assert_eq!(found[0].substitute_id, None);
}

#[tokio::test]
async fn what_waits_moves_with_its_print_point_to_another_printer_and_ends_with_it() {
    let shop = Shop::open().await;
    let (old, new) = (shop.printer("S-1").await, shop.printer("S-2").await);
    let point = shop
        .prints(old, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    for number in ["001", "002"] {
        let mut order = shop.order(number);
        shop.step(&mut order, Step::Placed).await;
    }
    let sent = shop.poll(old).await.unwrap();
    let point = shop
        .change_point(&point, |point| point.device_id = new.device.to_string())
        .await;
    shop.print(old, &sent).await;
    assert!(shop.poll(old).await.is_none());
    assert_eq!(shop.print_all(new).await.len(), 1);

    let mut order = shop.order("003");
    shop.step(&mut order, Step::Placed).await;
    let delete = DeletePrintPointRequest {
        print_point_id: point.print_point_id,
        version: point.version,
    };
    shop.points().delete_print_point(delete).await.unwrap();
    let last = shop.all_jobs().await.pop().unwrap();
    assert_eq!(
        (last.state(), last.reason()),
        (PrintJobState::Cancelled, PrintJobReason::Removed)
    );
    let mut order = shop.order("004");
    shop.publish(&mut order, Step::Placed).await;
    assert_eq!(shop.all_jobs().await.len(), 3);
}

#[tokio::test]
async fn rules_are_checked_kept_by_version_and_limited() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let point = shop.point(printer.device, "廚房");
    let point = shop.try_create_point("p", point).await.unwrap();
    let create = async |key: String, rule: PrintRule| {
        let request = CreatePrintRuleRequest {
            idempotency_key: key,
            print_point_id: point.print_point_id.clone(),
            rule: Some(rule),
        };
        shop.points().create_print_rule(request).await
    };
    let wrong = PrintRule {
        document: Document::CancelSlip.into(),
        trigger: Some(PrintTrigger::Placed.into()),
        per: 9,
        min_total: -1,
        filter: Some(LineFilter {
            product_ids: vec!["x".to_owned()],
            stations: vec![String::new()],
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut found = fields(create("w".to_owned(), wrong).await);
    found.sort();
    let expected = [
        "rule.filter.product_ids[0]",
        "rule.filter.stations[0]",
        "rule.min_total",
        "rule.per",
        "rule.trigger",
    ];
    assert_eq!(found, expected);
    for document in [Document::PrepList, Document::TestSlip] {
        let rule = shop.rule(document, PrintTrigger::Manual);
        let refused = create("d".to_owned(), rule).await;
        assert_eq!(fields(refused), ["rule.document"]);
    }
    for number in 0..30 {
        let rule = shop.rule(Document::KitchenSlip, PrintTrigger::Placed);
        create(format!("{number}"), rule).await.unwrap();
    }
    let rule = shop.rule(Document::KitchenSlip, PrintTrigger::Placed);
    let refused = create("30".to_owned(), rule).await;
    assert_eq!(reason(refused), "PRINT_LIMIT");

    let list = ListPrintRulesRequest {
        print_point_id: point.print_point_id.clone(),
    };
    let rules = shop.points().list_print_rules(list.clone()).await.unwrap();
    let rules = rules.into_inner().rules;
    assert_eq!(rules.len(), 30);
    let update = |version| UpdatePrintRuleRequest {
        rule_id: rules[0].rule_id.clone(),
        rule: Some(PrintRule {
            version,
            per: SlipsPer::Item.into(),
            ..rules[0].clone()
        }),
    };
    let changed = shop.points().update_print_rule(update(1)).await.unwrap();
    let changed = changed.into_inner().rule.unwrap();
    assert_eq!((changed.per(), changed.version), (SlipsPer::Item, 2));
    let refused = shop.points().update_print_rule(update(1)).await;
    assert_eq!(reason(refused), "VERSION_CONFLICT");
    let delete = |version| DeletePrintRuleRequest {
        rule_id: rules[0].rule_id.clone(),
        version,
    };
    let refused = shop.points().delete_print_rule(delete(1)).await;
    assert_eq!(reason(refused), "VERSION_CONFLICT");
    shop.points().delete_print_rule(delete(2)).await.unwrap();
    let refused = shop.points().delete_print_rule(delete(3)).await;
    assert_eq!(reason(refused), "NOT_FOUND");
    let rules = shop.points().list_print_rules(list).await.unwrap();
    assert_eq!(rules.into_inner().rules.len(), 29);
}

#[tokio::test]
async fn a_template_of_a_print_point_is_of_its_brand_document_and_paper() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let mut point = shop.point(printer.device, "廚房");
    point.templates = vec![DocumentTemplate {
        document: Document::KitchenSlip.into(),
        template_id: PrintTemplateId::new(shop.service.clock()).to_string(),
    }];
    let refused = shop.try_create_point("p", point).await;
    assert_eq!(fields(refused), ["print_point.templates[0].template_id"]);
}

#[tokio::test]
async fn settings_of_a_branch_have_defaults_ranges_and_versions() {
    let shop = Shop::open().await;
    let get = GetPrintSettingsRequest {
        branch_id: shop.branch.to_string(),
    };
    let found = shop.points().get_print_settings(get).await.unwrap();
    let expected = PrintSettings {
        accepts_after_printing: false,
        keep_minutes: 120,
        version: 0,
    };
    assert_eq!(found.into_inner().settings, Some(expected));
    let save = |keep_minutes, version| UpdatePrintSettingsRequest {
        branch_id: shop.branch.to_string(),
        settings: Some(PrintSettings {
            accepts_after_printing: true,
            keep_minutes,
            version,
        }),
    };
    for keep in [9, 721] {
        let refused = shop.points().update_print_settings(save(keep, 0)).await;
        assert_eq!(reason(refused), "SETTING_RANGE");
    }
    let saved = shop.points().update_print_settings(save(10, 0)).await;
    assert_eq!(saved.unwrap().into_inner().settings.unwrap().version, 1);
    let refused = shop.points().update_print_settings(save(10, 0)).await;
    assert_eq!(reason(refused), "VERSION_CONFLICT");

    // Ten minutes are ten minutes.
    let printer = shop.printer("S-1").await;
    shop.prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    shop.advance_secs(10 * 60);
    let expired = async || shop.states().await == [PrintJobState::Expired];
    testkit::eventually(expired).await;
}
