//! An order comes back from the store as it was written, also what no request can set yet.

use crate::common::{Shop, fakes, payments::CARD};
use chassis::{
    clock::{Clock as _, SystemClock},
    db::TenantTx,
    id::{
        BrandId, CategoryId, MemberId, MenuVersionId, OptionId, OrderId, OrderLineId,
        PaymentMethodId, ProductId, VariantId,
    },
    money::{Currency, Money},
    sales::{Channel, Method},
};
use chrono::{DateTime, TimeDelta, Utc};
use ordering::{
    domain::{
        benefits::{
            Benefits, DiscountTotal, EnteredKind, EnteredOutcome, Gift, GiftState, PointsOutcome,
            RejectedRule, Rejection,
        },
        menu::{DayRule, TaxType},
        online_payment::{ChosenMethod, OnlinePayment, PaymentReport},
        order::{Contact, Order, OrderLine, placed_event},
        order_history::{EventActor, fold},
        order_number::{OrderNumber, PickupNumber},
        order_state::OrderState,
        order_terms::{
            DeliveryAddress, InvoiceChoice, InvoiceForm, OrderKind, OrderTerms, PaymentMethod,
            PaymentState,
        },
        priced_with::{PricedEntry, PricedMember, PricedPoints, PricedWith},
        quote::{Adjustment, ComboChoice, Fee, PricedLine, SoldOption},
    },
    grpc::snapshot::order_to_snapshot,
    store::{order_events::RequestMark, order_lines, order_payments, orders},
};
use prost::Message as _;
use proto::ordering::v1 as wire;

fn twd(amount: i64) -> Money {
    Money::new(amount, Currency::TWD)
}

fn adjustment(per_unit: &[i64]) -> Adjustment {
    Adjustment {
        stage: "E".to_owned(),
        rule_id: "autumn".to_owned(),
        rule_version: 3,
        name: "秋季優惠".to_owned(),
        amount: twd(-5),
        sentence: "折 5 元".to_owned(),
        per_unit: per_unit.iter().copied().map(twd).collect(),
        kind: "order_amount".to_owned(),
        params: [("off".to_owned(), "5".to_owned())].into(),
    }
}

fn line() -> PricedLine {
    PricedLine {
        categories: vec![CategoryId::from_uuid(fakes::DRINKS)],
        product: ProductId::from_uuid(fakes::TEA),
        variant: VariantId::from_uuid(fakes::TEA_M),
        product_name: "早午餐".to_owned(),
        variant_name: "雙人".to_owned(),
        tax_type: TaxType::Exempt,
        quantity: 2,
        unit_list: twd(100),
        list: twd(200),
        adjustments: vec![adjustment(&[-3, -2])],
        net: twd(195),
        unit_nets: vec![twd(97), twd(98)],
        options: vec![SoldOption {
            option: OptionId::from_uuid(fakes::HALF),
            group_name: "甜度".to_owned(),
            name: "半糖".to_owned(),
            quantity: 1,
            amount: twd(5),
        }],
        choices: vec![ComboChoice {
            product: ProductId::from_uuid(fakes::TEA),
            variant: VariantId::from_uuid(fakes::TEA_M),
            part_name: "飲料".to_owned(),
            name: "翠玉綠茶 M".to_owned(),
            quantity: 1,
            amount: twd(10),
        }],
        note: "去冰袋".to_owned(),
        nickname: Some("小美".to_owned()),
        station: fakes::STATION.to_owned(),
        print_tag: fakes::PRINT_TAG.to_owned(),
        make_seconds: 45,
        unit_points: vec![4, 3],
        offered_by: Some(fakes::TEA),
        offer_gone: true,
        gift_of: None,
    }
}

/// A code that is used, a coupon that is not, points and a rule that did nothing.
fn priced_with(at: DateTime<Utc>) -> PricedWith {
    PricedWith {
        at,
        wanted_at: Some(at + TimeDelta::hours(2)),
        rules_version: 7,
        payment_kind: Some("line_pay".to_owned()),
        member: Some(PricedMember {
            tier: Some(fakes::TEA),
            tags: vec![fakes::TEA_M],
            first_order: true,
            birth_month: Some(9),
            points: 120,
        }),
        entered: vec![PricedEntry {
            kind: EnteredKind::Code,
            rule: fakes::TEA_M,
            version: 2,
            insisted: true,
            used: true,
        }],
        points: Some(PricedPoints {
            wanted: 30,
            insisted: true,
        }),
        declined_gifts: vec![fakes::ROLL],
        sold_out_gifts: vec![(fakes::TEA, fakes::TEA_M)],
    }
}

fn benefits() -> Benefits {
    let rejection = Rejection {
        reason: "MIN_SPEND".to_owned(),
        params: [("gap".to_owned(), "30".to_owned())].into(),
    };
    let entered = |kind, rejection: Option<Rejection>| EnteredOutcome {
        kind,
        place: 0,
        entered: "SUMMER".to_owned(),
        code: Some(fakes::TEA),
        coupon: None,
        rule: Some(fakes::TEA_M),
        version: 2,
        name: "夏日".to_owned(),
        amount: -5,
        rejection,
        total_with: Some(260),
        ends_at: None,
    };
    Benefits {
        rules_version: 7,
        payment_kind: Some("line_pay".to_owned()),
        discounts: vec![DiscountTotal {
            stage: "E".to_owned(),
            rule: fakes::TEA_M,
            version: 2,
            name: "夏日".to_owned(),
            amount: -5,
            kind: "order_amount".to_owned(),
            params: [("off".to_owned(), "5".to_owned())].into(),
        }],
        gifts: vec![Gift {
            rule: fakes::ROLL,
            version: 1,
            name: "贈品".to_owned(),
            product: fakes::TEA,
            variant: fakes::TEA_M,
            product_name: "早午餐".to_owned(),
            variant_name: String::new(),
            quantity: 1,
            unit_list: 100,
            state: GiftState::SoldOut,
        }],
        entered: vec![
            entered(EnteredKind::Code, None),
            entered(EnteredKind::Coupon, Some(rejection.clone())),
        ],
        not_applied: vec![RejectedRule {
            rule: fakes::ROLL_ONE,
            version: 4,
            name: "滿 300 折 30".to_owned(),
            rejection,
        }],
        points: Some(PointsOutcome {
            programme: fakes::DRINKS,
            version: 3,
            unit_name: "點".to_owned(),
            requested: 10,
            used: 7,
            amount: -7,
            capped: true,
            to_earn: 19,
            earning_base: 195,
            factor_bp: 10_000,
        }),
        held: true,
    }
}

/// An order that has everything an order can have: a group's delivery, placed and paid online.
fn full(shop: &Shop) -> Order {
    let now = shop.service.clock().now();
    let entry = placed_event(EventActor::System, now);
    Order {
        id: OrderId::new(&SystemClock),
        brand: BrandId::from_uuid(fakes::BRAND),
        branch: shop.branch(),
        order_number: OrderNumber::stored("2345A".to_owned()),
        pickup_number: Some(PickupNumber(7)),
        terms: OrderTerms {
            channel: Channel::Line,
            kind: OrderKind::Group,
            member: Some(MemberId::new(&SystemClock)),
            table: None,
            method_name: None,
            address: Some(DeliveryAddress {
                text: "中正路 1 號".to_owned(),
                floor: "3 樓".to_owned(),
                note: "按鈴".to_owned(),
                pin: Some((25_040_000, 121_510_000)),
            }),
            payment_method: PaymentMethod::Online,
            invoice: Some(InvoiceChoice {
                form: InvoiceForm::MobileBarcode,
                carrier: Some("/ABC1234".to_owned()),
                tax_id: None,
                donation_code: None,
            }),
            test: false,
        },
        method: Method::Delivery,
        wanted_at: Some(now + TimeDelta::hours(1)),
        promised_at: now + TimeDelta::hours(1),
        business_day: "2026-09-02".parse().unwrap(),
        day_rule: DayRule {
            tz: chrono_tz::Asia::Taipei,
            cutoff_minutes: 240,
        },
        revision: 1,
        menu_version: MenuVersionId::new(&SystemClock),
        menu_number: 3,
        quote_hash: "hash".to_owned(),
        lines: vec![OrderLine {
            id: OrderLineId::new(&SystemClock),
            revision_in: 1,
            revision_out: None,
            item: line(),
        }],
        list_total: twd(200),
        fees: vec![Fee {
            kind: "delivery".to_owned(),
            name: "外送費".to_owned(),
            list: twd(60),
            adjustments: vec![adjustment(&[])],
            amount: twd(55),
        }],
        total: twd(250),
        contact: Contact {
            name: "陳小姐".to_owned(),
            phone: "+886911123456".to_owned(),
        },
        remark: "謝謝".to_owned(),
        utensils: true,
        created_at: now,
        rescheduled: None,
        benefits: Some(benefits()),
        priced_with: Some(priced_with(now)),
        online: None,
        progress: fold(&[entry]).unwrap(),
    }
}

async fn write(tx: &mut TenantTx, order: &Order) -> Result<(), sqlx::Error> {
    let mark = RequestMark {
        key: order.id.to_string(),
        hash: vec![1; 32],
    };
    let inserted = orders::insert(tx, &[(order, &mark)]).await?;
    assert_eq!(inserted.len(), 1);
    order_lines::insert(tx, &[order]).await?;
    order_payments::insert(tx, &[order]).await
}

#[tokio::test]
async fn everything_comes_back_as_it_was_written() {
    let shop = Shop::open().await;
    let mut tx = shop.service.context().db.tenant(shop.org).await.unwrap();
    let group = full(&shop);
    write(&mut tx, &group).await.unwrap();

    let mut table = full(&shop);
    table.pickup_number = Some(PickupNumber(8));
    table.method = Method::OnSite;
    table.terms = OrderTerms {
        kind: OrderKind::Table,
        table: Some("A3".to_owned()),
        ..OrderTerms::guest(false)
    };
    write(&mut tx, &table).await.unwrap();

    // Waits for its payment: it has no pickup number yet.
    let mut pending = full(&shop);
    pending.pickup_number = None;
    pending.progress.state = OrderState::PendingPayment;
    pending.progress.placed_at = None;
    pending.method = Method::Pickup;
    pending.terms.address = None;
    pending.terms.method_name = Some("車邊取餐".to_owned());
    let chosen = ChosenMethod {
        id: PaymentMethodId::from_uuid(CARD),
        name: "信用卡".to_owned(),
        pay_now: 100,
    };
    let pay_by = pending.created_at + TimeDelta::minutes(15);
    pending.online = Some(OnlinePayment::new(&chosen, pay_by));
    write(&mut tx, &pending).await.unwrap();

    let written = [group, table, pending];
    let ids = written.each_ref().map(|order| order.id);
    let read = orders::list(&mut tx, &ids).await.unwrap();
    for (read, written) in read.iter().zip(&written) {
        assert_eq!(read.terms, written.terms);
        assert_eq!(read.lines, written.lines);
        assert_eq!(read.benefits, written.benefits);
        assert_eq!(read.fees, written.fees);
        assert_eq!(read.pickup_number, written.pickup_number);
        assert_eq!(read.progress, written.progress);
        assert_eq!(format!("{read:?}"), format!("{written:?}"));
    }

    // What was reported of its payment comes back as well.
    let [.., mut pending] = written;
    let report = PaymentReport {
        version: 4,
        state: PaymentState::PartlyRefunded,
        required: 90,
        captured: 250,
        refunded: 30,
        refunding: 20,
        attempt: 2,
    };
    assert!(pending.apply_payment(&report));
    orders::update_progress(&mut tx, &pending, pending.progress.version)
        .await
        .unwrap();
    order_payments::update(&mut tx, &pending).await.unwrap();
    let read = orders::get(&mut tx, pending.id).await.unwrap();
    assert_eq!(read.online, pending.online);
    assert_eq!(read.progress, pending.progress);
    assert_eq!(read.progress.paid, 220);
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_the_database() {
    let shop = Shop::open().await;
    let db = &shop.service.context().db;
    let refused = async |change: &dyn Fn(&mut Order)| {
        let mut order = full(&shop);
        change(&mut order);
        let mut tx = db.tenant(shop.org).await.unwrap();
        write(&mut tx, &order).await.is_err()
    };
    assert!(!refused(&|_| {}).await);
    assert!(refused(&|order| order.pickup_number = None).await);
    assert!(refused(&|order| order.progress.placed_at = None).await);
    assert!(refused(&|order| order.progress.state = OrderState::PendingPayment).await);
    assert!(refused(&|order| order.terms.kind = OrderKind::Table).await);
    assert!(refused(&|order| order.terms.table = Some("A3".to_owned())).await);
    assert!(refused(&|order| order.terms.method_name = Some("取餐櫃".to_owned())).await);
    assert!(refused(&|order| order.method = Method::Pickup).await);
    let memberless = |order: &mut Order| {
        (order.terms.kind, order.terms.member) = (OrderKind::Member, None);
    };
    assert!(refused(&memberless).await);
    assert!(refused(&|order| order.lines[0].item.unit_nets.truncate(1)).await);
}

#[tokio::test]
async fn a_snapshot_has_everything_but_what_is_personal() {
    let shop = Shop::open().await;
    let order = full(&shop);
    let snapshot = order_to_snapshot(shop.org, &order);
    let line = &snapshot.lines[0];
    assert_eq!((line.unit_nets.as_slice(), line.net), (&[97, 98][..], 195));
    assert_eq!(line.adjustments[0].per_unit, [-3, -2]);
    assert_eq!(line.choices[0].name, "翠玉綠茶 M");
    assert_eq!(line.nickname, "小美");
    assert_eq!(line.unit_points, [4, 3]);
    let code = &snapshot.benefits[0];
    assert_eq!(
        (code.amount, code.code_id.as_str()),
        (-5, fakes::TEA.to_string().as_str())
    );
    assert_eq!((snapshot.points_used, snapshot.points_to_earn), (7, 19));
    let fee = &snapshot.fees[0];
    assert_eq!(
        (fee.list, fee.adjustments[0].amount, fee.amount),
        (60, -5, 55)
    );
    let taxes: Vec<_> = snapshot
        .tax_totals
        .iter()
        .map(|tax| (tax.tax_type.as_str(), tax.amount))
        .collect();
    assert_eq!(taxes, [("exempt", 195), ("taxable", 55)]);
    assert_eq!(
        snapshot.invoice.as_ref().unwrap().form(),
        wire::InvoiceForm::MobileBarcode
    );
    assert!(!snapshot.member_id.is_empty());

    let bytes = snapshot.encode_to_vec();
    let text = String::from_utf8_lossy(&bytes);
    for personal in ["陳小姐", "911123456", "中正路", "按鈴", "ABC1234"] {
        assert!(!text.contains(personal), "{personal}");
    }
}
