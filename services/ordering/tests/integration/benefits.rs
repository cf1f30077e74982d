//! Promotions, tier, codes, coupons and points through quote and order, to the dollar.

use chassis::error::Problem;
use chrono::Timelike as _;
use proto::{
    capacity::v1::CapacityReason,
    catalog::v1 as catalog,
    membership::v1::{
        AnyNEffect, BenefitClass, BenefitRule, BuyGetEffect, DailyHours, Exclusivity, GiftEffect,
        PointsEffect, RuleAudience, RuleConditions, RuleLimits, RuleUse, any_n_effect::Pricing,
        benefit_effect::Effect,
    },
    ordering::v1::{
        Cart, EnteredKind, GetOrderByTokenRequest, GetOrderRequest, GiftState, OrderChanged,
        OrderKind, OrderState, PlaceOrderRequest, PricedQuote, QuoteRequest,
    },
};

use crate::common::{
    fresh_quote,
    membership::{
        Club, amount, first_outcome, from_spend, id, item_off, line, line_with, of_product,
        order_off, percent, product, promotion, total,
    },
    payments::CARD,
    reason,
};

const RED: u128 = 10;
const GREEN: u128 = 11;
const PEARL: u128 = 12;
const GOLD: u128 = 950;

/// 紅玉紅茶 35 with 珍珠 10, 翠玉綠茶 30, and the rules of the first worked example.
async fn worked_example() -> (Club, Cart) {
    let gold = RuleConditions {
        audience: Some(RuleAudience {
            tier_ids: vec![id(GOLD).to_string()],
            ..Default::default()
        }),
        ..Default::default()
    };
    let any_three = Effect::AnyN(AnyNEffect {
        n: 3,
        pricing: Some(Pricing::Price(99)),
    });
    let mut b = of_product(RED, promotion(2, any_three));
    b.with_extras = false;
    let mut d = promotion(4, order_off(0, percent(500)));
    d.benefit_class = BenefitClass::Tier.into();
    d.conditions = Some(gold.clone());
    let factor = PointsEffect {
        factor_bp: 15_000,
        adds: false,
    };
    let mut times = promotion(5, Effect::Points(factor));
    times.benefit_class = BenefitClass::Tier.into();
    times.conditions = Some(gold);
    let club = Club::open(vec![
        of_product(GREEN, promotion(1, item_off(percent(1_000)))),
        b,
        promotion(3, order_off(150, amount(10))),
        d,
        times,
    ])
    .await;
    {
        let mut state = club.shop.catalog.state.lock();
        let mut red = product(RED, "紅玉紅茶", 35);
        red.option_group_ids = vec![id(PEARL).to_string()];
        state.more.push(red);
        state.more.push(product(GREEN, "翠玉綠茶", 30));
        state.more_groups.push(catalog::OptionGroup {
            option_group_id: id(PEARL).to_string(),
            name: "加料".to_owned(),
            max: 1,
            options: vec![catalog::Option {
                option_id: id(PEARL).to_string(),
                name: "珍珠".to_owned(),
                price: 10,
                max_quantity: 1,
                ..Default::default()
            }],
            ..Default::default()
        });
    }
    club.points(30, 2_000);
    club.membership.state.lock().member.tier_id = id(GOLD).to_string();
    club.code("SAVE20", promotion(6, order_off(150, amount(20))));
    let mut cart = club.cart(&[]);
    cart.lines = vec![line_with(RED, 3, id(PEARL)), line(GREEN, 2)];
    cart.codes = vec!["SAVE20".to_owned()];
    cart.points = 30;
    (club, cart)
}

/// E1.
#[tokio::test]
async fn the_worked_example_is_quoted_placed_held_and_kept() {
    let (club, cart) = worked_example().await;
    let mut member = club.member();
    let quote = club.quote(&mut member, &cart).await;
    assert_eq!(quote.list_total.as_ref().unwrap().amount, 195);
    let benefits = quote.benefits.as_ref().unwrap();
    let discounts: Vec<_> = benefits
        .discounts
        .iter()
        .map(|one| (one.stage.as_str(), one.amount))
        .collect();
    assert_eq!(
        discounts,
        [
            ("A", -6),
            ("B", -6),
            ("C", -10),
            ("D", -9),
            ("E", -20),
            ("G", -28)
        ]
    );
    let points = benefits.points.as_ref().unwrap();
    assert_eq!(
        (points.requested, points.used, points.capped),
        (30, 28, true)
    );
    assert_eq!(
        (points.earning_base, points.to_earn, points.factor_bp),
        (116, 16, 15_000)
    );
    assert_eq!(points.balance, Some(30));
    assert_eq!((quote.goods_total, total(&quote)), (116, 116));
    let red = &quote.lines[0];
    assert_eq!(red.unit_nets, [28, 27, 27]);
    assert_eq!(red.unit_points, [7, 7, 6]);
    assert_eq!(red.adjustments[0].kind, "any_n_price");

    let mut events = club
        .shop
        .service
        .listen(&["ordering.order.placed.v1"])
        .await;
    let placed = club.place(&mut member, "k", &cart).await.unwrap();
    let order = placed.order.unwrap();
    assert_eq!(order.total.as_ref().unwrap().amount, 116);
    assert_eq!(order.kind(), OrderKind::Member);
    assert_eq!(order.member_id, Some(club.member.to_string()));
    {
        let state = club.membership.state.lock();
        let held = &state.held[0];
        assert_eq!(held.order_id, order.order_id);
        assert_eq!(held.hold_key, *state.holds.keys().next().unwrap());
        assert_eq!(
            (held.points, held.programme_id.as_str()),
            (28, id(900).to_string().as_str())
        );
        let uses: Vec<_> = held
            .uses
            .iter()
            .map(|used| (used.rule_id.clone(), used.amount, used.position))
            .collect();
        assert_eq!(uses, [(id(6).to_string(), 20, 0)]);
        assert_eq!(held.member_id, club.member.to_string());
        assert!(held.guest_phone.is_empty());
    }
    let event: OrderChanged = events.next().await.decode().unwrap();
    assert!(event.change.unwrap().holds_benefits);
    let snapshot = event.order.unwrap();
    assert_eq!((snapshot.points_used, snapshot.points_to_earn), (28, 16));
    assert_eq!(snapshot.lines[0].unit_points, [7, 7, 6]);

    // For ever, for staff and customer alike.
    let request = GetOrderRequest {
        order_id: order.order_id.clone(),
    };
    let shown = club.shop.counter().get_order(request).await.unwrap();
    let shown = shown.into_inner().order.unwrap();
    let request = GetOrderByTokenRequest {
        access_token: placed.access_token,
    };
    let own = member.get_order_by_token(request).await.unwrap();
    let own = own.into_inner().order.unwrap();
    for read in [&shown, &own, &order] {
        let kept = read.benefits.as_ref().unwrap();
        assert_eq!(kept.discounts, benefits.discounts);
        assert_eq!(kept.entered, benefits.entered);
        assert_eq!(read.lines[0].adjustments, quote.lines[0].adjustments);
        assert_eq!(read.goods_total, 116);
    }
}

/// E3.
#[tokio::test]
async fn rounding_does_not_depend_on_the_layout() {
    let club = Club::open(vec![of_product(
        RED,
        promotion(1, item_off(percent(1_000))),
    )])
    .await;
    club.sells(RED, "紅茶", 35);
    let mut guest = club.guest();
    let one = club.quote(&mut guest, &club.cart(&[(RED, 3)])).await;
    let three = club.cart(&[(RED, 1), (RED, 1), (RED, 1)]);
    let three = club.quote(&mut guest, &three).await;
    assert_eq!((total(&one), total(&three)), (94, 94));
    assert_eq!(one.hash, three.hash);

    let club = Club::open(vec![promotion(1, order_off(0, amount(100)))]).await;
    for n in [20, 21, 22] {
        club.sells(n, "餅", 99);
    }
    let cart = club.cart(&[(22, 1), (20, 1), (21, 1)]);
    let quote = club.quote(&mut club.guest(), &cart).await;
    let nets: Vec<_> = quote.lines.iter().map(|line| line.unit_nets[0]).collect();
    assert_eq!(
        nets,
        [66, 65, 66],
        "the first by its key has the dollar more off"
    );
}

/// E4.
#[tokio::test]
async fn an_exclusive_rule_that_saves_less_is_named_with_its_saving() {
    let mut x = promotion(1, order_off(500, amount(80)));
    x.exclusivity = Exclusivity::Order.into();
    let y = promotion(2, item_off(percent(1_000)));
    let z = promotion(3, order_off(500, amount(30)));
    let club = Club::open(vec![x, y, z]).await;
    club.sells(RED, "禮盒", 600);
    let quote = club.quote(&mut club.guest(), &club.cart(&[(RED, 1)])).await;
    assert_eq!(total(&quote), 510);
    let benefits = quote.benefits.unwrap();
    let lost = &benefits.not_applied[0];
    assert_eq!(
        (lost.rule_id.clone(), lost.reason.as_str()),
        (id(1).to_string(), "LOST_TO_BETTER")
    );
    assert_eq!(lost.params["saving"], "80");
}

fn gift_club_rules() -> Vec<BenefitRule> {
    let gift = Effect::Gift(GiftEffect {
        product_id: id(GREEN).to_string(),
        variant_id: id(GREEN).to_string(),
        quantity: 1,
        repeats: false,
    });
    vec![
        promotion(1, order_off(500, amount(50))),
        from_spend(500, promotion(2, gift)),
    ]
}

/// E5.
#[tokio::test]
async fn rules_of_a_stage_see_the_same_amount_and_a_gift_is_a_line() {
    let club = Club::open(gift_club_rules()).await;
    club.sells(RED, "禮盒", 500);
    club.sells(GREEN, "茶包", 30);
    let mut guest = club.guest();
    let cart = club.cart(&[(RED, 1)]);
    let quote = club.quote(&mut guest, &cart).await;
    assert_eq!(total(&quote), 450);
    let gift = &quote.lines[1];
    assert_eq!(
        (gift.gift_of.clone(), gift.quantity),
        (id(2).to_string(), 1)
    );
    assert_eq!(
        (
            gift.list.as_ref().unwrap().amount,
            gift.net.as_ref().unwrap().amount
        ),
        (30, 0)
    );
    assert_eq!(quote.list_total.as_ref().unwrap().amount, 530);

    let order = club
        .place(&mut guest, "k", &cart)
        .await
        .unwrap()
        .order
        .unwrap();
    assert_eq!((order.lines.len(), order.total.unwrap().amount), (2, 450));
    let held = club.shop.capacity.state.lock().asked.clone().unwrap();
    let skus: Vec<_> = held.skus.iter().map(|sku| sku.sku_id.clone()).collect();
    assert!(
        skus.contains(&id(GREEN).to_string()),
        "the gift takes stock"
    );
}

#[tokio::test]
async fn without_its_gift_an_order_is_possible_and_the_quote_says_so() {
    let club = Club::open(gift_club_rules()).await;
    club.sells(RED, "禮盒", 500);
    club.sells(GREEN, "茶包", 30);
    let mut guest = club.guest();
    let cart = club.cart(&[(RED, 1)]);
    let request = club.request(&mut guest, "k", &cart).await;
    // It goes between quote and order.
    let gone = Problem::new(CapacityReason::OutOfStock).field_with(
        "skus[0]",
        CapacityReason::OutOfStock,
        [("sku_id", id(GREEN).to_string())],
    );
    club.shop.capacity.state.lock().refusal = Some(gone);
    let refused = guest.place_order(request).await.unwrap_err();
    assert_eq!(Problem::from_status(&refused).reason, "QUOTE_CHANGED");
    let fresh = fresh_quote(&refused);
    assert_eq!(
        fresh.benefits.as_ref().unwrap().gifts[0].state(),
        GiftState::SoldOut
    );
    assert_eq!((fresh.lines.len(), total(&fresh)), (1, 450));

    {
        let mut state = club.shop.capacity.state.lock();
        state.refusal = None;
        state.left.insert(id(GREEN).to_string(), 0);
    }
    let order = club.place(&mut guest, "k2", &cart).await;
    // The cached availability may be half a second old; the second quote knows.
    let order = match order {
        Ok(order) => order,
        Err(_) => club.place(&mut guest, "k3", &cart).await.unwrap(),
    };
    assert_eq!(order.order.unwrap().total.unwrap().amount, 450);

    let declined = Cart {
        declined_gifts: vec![id(2).to_string()],
        ..cart
    };
    let quote = club.quote(&mut guest, &declined).await;
    assert_eq!(
        quote.benefits.unwrap().gifts[0].state(),
        GiftState::Declined
    );
}

/// C08.
#[tokio::test]
async fn buy_two_get_one_does_not_depend_on_the_layout() {
    let buy_get = Effect::BuyGet(BuyGetEffect {
        buy: 2,
        get: 1,
        off: percent(10_000),
        ..Default::default()
    });
    let club = Club::open(vec![promotion(1, buy_get)]).await;
    for (n, price) in [(50, 50), (40, 40), (30, 30)] {
        club.sells(n, "茶", price);
    }
    let mut guest = club.guest();
    for (units, goods) in [(2, 100), (3, 100), (4, 150), (5, 200), (6, 200)] {
        let quote = club.quote(&mut guest, &club.cart(&[(50, units)])).await;
        assert_eq!(total(&quote), goods, "{units} units");
    }
    let layouts: [&[(u128, i32)]; 3] = [
        &[(50, 3), (40, 2), (30, 2)],
        &[(30, 2), (40, 2), (50, 3)],
        &[
            (50, 1),
            (30, 1),
            (40, 1),
            (50, 1),
            (40, 1),
            (30, 1),
            (50, 1),
        ],
    ];
    let mut hashes = Vec::new();
    for layout in layouts {
        let quote = club.quote(&mut guest, &club.cart(layout)).await;
        assert_eq!(total(&quote), 210);
        hashes.push(quote.hash);
    }
    assert!(hashes.iter().all(|hash| *hash == hashes[0]));
    let two = club.quote(&mut guest, &club.cart(&[(50, 2)])).await;
    let missing = &two.benefits.unwrap().not_applied[0];
    assert_eq!(
        (missing.reason.as_str(), missing.params["gap"].as_str()),
        ("MIN_QUANTITY", "1")
    );
}

/// C10 a and c.
#[tokio::test]
async fn an_order_that_costs_nothing_needs_no_gateway() {
    let club = Club::open(Vec::new()).await;
    club.points(200, 10_000);
    club.sells(RED, "紅茶", 65);
    club.sells(GREEN, "綠茶", 50);
    let coupon = club.coupon(promotion(1, order_off(0, amount(200))));
    let mut member = club.member();
    let with_coupon = Cart {
        coupons: vec![coupon],
        ..club.cart(&[(RED, 1), (GREEN, 1)])
    };
    let with_points = Cart {
        points: 115,
        ..club.cart(&[(RED, 1), (GREEN, 1)])
    };
    for (key, cart) in [("coupon", with_coupon), ("points", with_points)] {
        let request = PlaceOrderRequest {
            payment_method_id: CARD.to_string(),
            ..club.request(&mut member, key, &cart).await
        };
        let order = member.place_order(request).await.unwrap().into_inner();
        let order = order.order.unwrap();
        assert_eq!(
            (order.total.as_ref().unwrap().amount, order.state()),
            (0, OrderState::Placed)
        );
        let benefits = order.benefits.unwrap();
        assert_eq!(benefits.points.as_ref().unwrap().to_earn, 0);
        let off: i64 = benefits.discounts.iter().map(|one| one.amount).sum();
        assert_eq!(off, -115);
        assert!(benefits.entered[0].used);
    }
    assert!(club.shop.payments.state.lock().started.is_empty());
    assert_eq!(club.membership.state.lock().held[1].points, 115);
}

/// C10 f.
#[tokio::test]
async fn a_coupon_that_takes_nothing_off_is_kept() {
    let club = Club::open(Vec::new()).await;
    club.sells(RED, "糖", 9);
    club.sells(GREEN, "糖", 10);
    let coupon = club.coupon(promotion(1, order_off(0, percent(500))));
    let mut member = club.member();
    let with = |n| Cart {
        coupons: vec![coupon.clone()],
        ..club.cart(&[(n, 1)])
    };
    let nothing = club.quote(&mut member, &with(RED)).await;
    let outcome = first_outcome(&nothing);
    assert_eq!(
        (outcome.used, outcome.reason.as_str()),
        (false, "NO_EFFECT")
    );
    assert_eq!(outcome.field, "coupons[0]");
    club.place(&mut member, "k", &with(RED)).await.unwrap();
    assert!(
        club.membership.state.lock().held.is_empty(),
        "it is not consumed"
    );
    let one = club.quote(&mut member, &with(GREEN)).await;
    assert_eq!((total(&one), first_outcome(&one).used), (9, true));
}

/// C11, as far as orders are picked up.
#[tokio::test]
async fn a_codes_own_discount_does_not_bring_it_below_its_minimum() {
    let club = Club::open(Vec::new()).await;
    club.sells(RED, "禮盒", 520);
    club.sells(GREEN, "禮盒", 499);
    club.code("A", promotion(1, order_off(500, amount(30))));
    let mut guest = club.guest();
    let with = |n| Cart {
        codes: vec!["A".to_owned()],
        ..club.cart(&[(n, 1)])
    };
    let mut hashes = Vec::new();
    for _ in 0..10 {
        let quote = club.quote(&mut guest, &with(RED)).await;
        assert_eq!(total(&quote), 490);
        hashes.push(quote.hash);
    }
    hashes.dedup();
    assert_eq!(hashes.len(), 1);
    let below = club.quote(&mut guest, &with(GREEN)).await;
    let outcome = first_outcome(&below);
    assert_eq!(
        (outcome.reason.as_str(), outcome.params["gap"].as_str()),
        ("MIN_SPEND", "1")
    );
    assert_eq!(
        (outcome.kind(), outcome.field.as_str()),
        (EnteredKind::Code, "codes[0]")
    );
    let order = club.place(&mut guest, "k", &with(RED)).await.unwrap();
    assert_eq!(order.order.unwrap().total.unwrap().amount, 490);
    assert_eq!(
        club.membership.state.lock().held[0].guest_phone,
        "+886911123456"
    );
}

/// What was entered conflicts with a promotion: the cheaper total stays, the customer may choose the other.
#[tokio::test]
async fn the_customer_may_insist_on_the_dearer_total() {
    let club = Club::open(vec![promotion(1, order_off(0, amount(50)))]).await;
    club.sells(RED, "禮盒", 300);
    let mut alone = promotion(2, order_off(0, amount(30)));
    alone.not_beside = vec![BenefitClass::Promotion.into()];
    club.code("ALONE", alone);
    let mut guest = club.guest();
    let cart = Cart {
        codes: vec!["ALONE".to_owned()],
        ..club.cart(&[(RED, 1)])
    };
    let quote = club.quote(&mut guest, &cart).await;
    let outcome = first_outcome(&quote);
    assert_eq!(
        (total(&quote), outcome.used, outcome.reason.as_str()),
        (250, false, "NOT_COMBINABLE")
    );
    assert_eq!(
        (outcome.total_with, outcome.total_without),
        (Some(270), Some(250))
    );
    let insisting = Cart {
        insisted: vec!["ALONE".to_owned()],
        ..cart
    };
    let quote = club.quote(&mut guest, &insisting).await;
    assert_eq!((total(&quote), first_outcome(&quote).used), (270, true));
    let order = club.place(&mut guest, "k", &insisting).await.unwrap();
    assert_eq!(order.order.unwrap().total.unwrap().amount, 270);
}

#[tokio::test]
async fn coupons_are_proposed_by_what_they_save() {
    let club = Club::open(Vec::new()).await;
    club.sells(RED, "禮盒", 300);
    let small = club.coupon(promotion(1, order_off(0, amount(10))));
    let large = club.coupon(promotion(2, order_off(0, amount(40))));
    let far = club.coupon(promotion(3, order_off(500, amount(90))));
    let request = QuoteRequest {
        cart: Some(club.cart(&[(RED, 1)])),
        with_coupons: true,
        ..Default::default()
    };
    let quote = club.member().quote(request).await.unwrap().into_inner();
    let proposed = quote.quote.unwrap().usable_coupons;
    let found: Vec<_> = proposed
        .iter()
        .map(|coupon| (coupon.coupon_id.as_str(), coupon.total_with))
        .collect();
    assert_eq!(
        found,
        [
            (large.as_str(), Some(260)),
            (small.as_str(), Some(290)),
            (far.as_str(), None)
        ]
    );
    assert_eq!(
        (
            proposed[2].reason.as_str(),
            proposed[2].params["gap"].as_str()
        ),
        ("MIN_SPEND", "200")
    );
}

/// A rule of which there is only so much is counted, for guests too.
#[tokio::test]
async fn a_budget_is_asked_for_and_held_when_its_rule_acts() {
    let mut limited = promotion(1, order_off(100, amount(30)));
    limited.limits = Some(RuleLimits {
        budget: Some(1_000),
        ..Default::default()
    });
    let club = Club::open(vec![limited]).await;
    club.sells(RED, "禮盒", 100);
    club.sells(GREEN, "茶", 50);
    let mut guest = club.guest();
    club.place(&mut guest, "small", &club.cart(&[(GREEN, 1)]))
        .await
        .unwrap();
    assert!(
        club.membership.state.lock().found.is_empty(),
        "nobody needs to be asked"
    );

    let order = club
        .place(&mut guest, "k", &club.cart(&[(RED, 1)]))
        .await
        .unwrap();
    assert_eq!(order.order.unwrap().total.unwrap().amount, 70);
    {
        let mut state = club.membership.state.lock();
        assert_eq!(state.found[0].rule_ids, [id(1).to_string()]);
        assert_eq!((state.held.len(), state.held[0].uses[0].amount), (1, 30));
        state.uses = vec![RuleUse {
            rule_id: id(1).to_string(),
            spent: 985,
            ..Default::default()
        }];
    }
    let rest = club.quote(&mut guest, &club.cart(&[(RED, 1)])).await;
    assert_eq!(total(&rest), 85, "what is left of the budget");
}

#[tokio::test]
async fn new_rules_count_within_seconds() {
    let club = Club::open(vec![promotion(1, order_off(0, amount(10)))]).await;
    club.sells(RED, "禮盒", 100);
    let mut guest = club.guest();
    let cart = club.cart(&[(RED, 1)]);
    let before = club.request(&mut guest, "k", &cart).await;
    club.membership.state.lock().document.rules = vec![promotion(1, order_off(0, amount(25)))];
    club.publish().await;
    testkit::eventually(async || total(&club.quote(&mut club.guest(), &cart).await) == 75).await;
    let refused = guest.place_order(before).await.unwrap_err();
    assert_eq!(Problem::from_status(&refused).reason, "QUOTE_CHANGED");
    assert_eq!(total(&fresh_quote(&refused)), 75);
}

/// Weekdays and hours are those of the branch.
#[tokio::test]
async fn hours_are_of_the_branchs_clock() {
    let mut happy = promotion(1, order_off(0, amount(10)));
    let clock = testkit::noon().with_timezone(&chrono_tz::Asia::Taipei);
    let minute = i32::try_from(clock.num_seconds_from_midnight() / 60).unwrap();
    happy.conditions = Some(RuleConditions {
        hours: vec![DailyHours {
            from_minute: minute,
            to_minute: minute + 30,
        }],
        ..Default::default()
    });
    let club = Club::open(vec![happy]).await;
    club.sells(RED, "禮盒", 100);
    let cart = club.cart(&[(RED, 1)]);
    let now = club.quote(&mut club.guest(), &cart).await;
    assert_eq!(total(&now), 90);
    club.shop.advance(31 * 60);
    let later = club.quote(&mut club.guest(), &cart).await;
    assert_eq!(total(&later), 100);
    assert_eq!(
        later.benefits.unwrap().not_applied[0].reason,
        "NOT_THIS_TIME"
    );
}

/// A guest without codes in a brand without rules pays for none of this.
#[tokio::test]
async fn a_guests_order_asks_membership_nothing() {
    let club = Club::open(Vec::new()).await;
    let mut guest = club.guest();
    for key in ["k1", "k2", "k3", "k4"] {
        let cart = club.shop.cart(2);
        let request = club.request(&mut guest, key, &cart).await;
        let order = guest
            .place_order(request)
            .await
            .unwrap()
            .into_inner()
            .order
            .unwrap();
        assert!(order.benefits.is_none());
    }
    {
        let state = club.membership.state.lock();
        // Once for all orders, and once more when it began to listen for new rules.
        assert!(state.documents_read <= 2);
        assert!(state.found.is_empty() && state.held.is_empty());
    }
    let mut superuser = club.shop.service.db().superuser().await;
    let sql = "SELECT count(*) FROM orders JOIN order_lines USING (org_id, order_id)
               WHERE orders.benefits IS NOT NULL OR order_lines.benefits IS NOT NULL
                   OR orders.priced_with IS NOT NULL";
    let with: i64 = sqlx::query_scalar(sql)
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    assert_eq!(with, 0);
}

#[tokio::test]
async fn too_much_entered_is_refused_at_its_field() {
    let club = Club::open(Vec::new()).await;
    let cart = Cart {
        codes: ["A", "B", "C", "D"].map(str::to_owned).into(),
        coupons: vec!["no id".to_owned()],
        points: -1,
        payment_kind: "gold".to_owned(),
        ..club.shop.cart(1)
    };
    let request = QuoteRequest {
        cart: Some(cart),
        ..Default::default()
    };
    let refused = club.guest().quote(request).await.unwrap_err();
    let fields: Vec<_> = crate::common::fields(&refused)
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    assert_eq!(fields, ["codes", "coupons[0]", "points", "payment_kind"]);
}

/// A price for one kind of payment is paid by that kind.
#[tokio::test]
async fn a_price_for_a_kind_of_payment_is_paid_so() {
    let mut by_line = promotion(1, order_off(0, amount(10)));
    by_line.conditions = Some(RuleConditions {
        payment_kinds: vec!["line_pay".to_owned()],
        ..Default::default()
    });
    let club = Club::open(vec![by_line]).await;
    club.sells(RED, "禮盒", 100);
    let mut guest = club.guest();
    let cart = Cart {
        payment_kind: "line_pay".to_owned(),
        ..club.cart(&[(RED, 1)])
    };
    let quote: PricedQuote = club.quote(&mut guest, &cart).await;
    assert_eq!(total(&quote), 90);
    let request = PlaceOrderRequest {
        payment_method_id: CARD.to_string(),
        ..club.request(&mut guest, "k", &cart).await
    };
    let refused = guest.place_order(request).await.map(|_| ());
    assert_eq!(reason(refused), "METHOD_NOT_ALLOWED");
}
