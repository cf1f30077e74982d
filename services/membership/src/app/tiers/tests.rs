//! Tiers against PostgreSQL: reached by orders, taken back, judged by the daily run and by a change of the rules.

use chassis::{
    db::TenantTx,
    id::{BranchId, BrandId, MemberId, OrderId, OrganisationId, RefundId},
    time,
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::{
    membership::v1::{self as wire, TierBenefits, TierCondition},
    ordering::v1::{OrderChange, OrderChanged, OrderSnapshot, OrderState},
};
use testkit::{TestDb, identities, noon};
use uuid::Uuid;

use super::{
    current, orders,
    programmes::{self, NewVersion},
    rules, run,
};
use crate::{
    app::{members_for_tests, points},
    domain::tiers::rules::{ChangeMode, Rules},
    store::{self, new_id},
};

struct Shop {
    db: TestDb,
    org: OrganisationId,
    brand: BrandId,
    branch: BranchId,
    member: MemberId,
    programme: Uuid,
    tiers: Vec<Uuid>,
    now: DateTime<Utc>,
}

fn tier(name: &str, spend: i64, discount_bp: i32) -> wire::Tier {
    wire::Tier {
        name: name.to_owned(),
        colour: "#c0a020".to_owned(),
        upgrade: (spend > 0).then(|| TierCondition {
            spend,
            ..Default::default()
        }),
        validity_days: 365,
        downgrade: wire::TierDowngrade::OneTier.into(),
        benefits: Some(TierBenefits {
            discount_bp,
            points_factor_bp: 10_000,
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn parsed(tiers: Vec<wire::Tier>) -> Rules {
    let wire = wire::TierRules {
        tiers,
        window: wire::TierWindow::RollingYear.into(),
    };
    let mut violations = chassis::error::Violations::new();
    Rules::parse(&wire, "rules", || new_id(noon()), &mut violations).unwrap()
}

impl Shop {
    async fn open() -> Self {
        let clock = testkit::clock();
        let mut shop = Self {
            db: TestDb::new(&crate::MIGRATOR).await,
            org: testkit::organisation(),
            brand: BrandId::new(&clock),
            branch: BranchId::new(&clock),
            member: MemberId::new(&clock),
            programme: Uuid::nil(),
            tiers: Vec::new(),
            now: noon(),
        };
        let mut tx = shop.tx().await;
        members_for_tests::insert(&mut tx, shop.member, "+886911000001", noon()).await;
        let rules = parsed(vec![
            tier("一般", 0, 0),
            tier("銀", 2_000, 200),
            tier("金", 5_000, 500),
        ]);
        shop.tiers = rules.tiers.iter().map(|tier| tier.id).collect();
        let saved = shop.save(&mut tx, rules, ChangeMode::AtExpiry).await;
        tx.commit().await.unwrap();
        shop.programme = saved;
        shop
    }

    async fn tx(&self) -> TenantTx {
        self.db.db().tenant(self.org).await.unwrap()
    }

    async fn save(&self, tx: &mut TenantTx, rules: Rules, mode: ChangeMode) -> Uuid {
        let owner = identities::owner(self.org);
        let known = (!self.programme.is_nil()).then_some(self.programme);
        let version = store::tiers::programmes::list(tx).await.unwrap();
        let new = NewVersion {
            programme: known,
            read_at: version.first().map_or(0, |programme| programme.version),
            brand: None,
            effective_at: self.now,
            rules,
            mode,
            replacements: Vec::new(),
            replaces: None,
            by: owner.account().unwrap(),
        };
        programmes::save(tx, &owner, new, self.now)
            .await
            .unwrap()
            .programme
            .id
    }

    async fn complete(&self, goods: i64) -> OrderId {
        let id = OrderId::new(&testkit::clock());
        let event = OrderChanged {
            change: Some(OrderChange {
                order_id: id.to_string(),
                member_id: self.member.to_string(),
                version: 5,
                from: OrderState::Ready.into(),
                to: OrderState::Completed.into(),
                ..Default::default()
            }),
            order: Some(OrderSnapshot {
                brand_id: self.brand.to_string(),
                branch_id: self.branch.to_string(),
                member_id: self.member.to_string(),
                goods_total: goods,
                completed_at: Some(time::to_wire(self.now)),
                ..Default::default()
            }),
        };
        for _ in 0..2 {
            let mut tx = self.tx().await;
            points::orders::apply(&mut tx, &event, self.now)
                .await
                .unwrap();
            orders::apply(&mut tx, &event, self.now).await.unwrap();
            tx.commit().await.unwrap();
        }
        id
    }

    async fn refund_all(&self, order: OrderId) {
        let what = points::holds::PointsReturn {
            refund: RefundId::new(&testkit::clock()),
            whole: true,
            points: 0,
            goods_left: 0,
        };
        let mut tx = self.tx().await;
        points::holds::return_for_refund(&mut tx, order, what, self.now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Place of the member's tier.
    async fn place(&self) -> usize {
        let mut tx = self.tx().await;
        let tier = current::find(&mut tx, self.member, self.brand)
            .await
            .unwrap()
            .unwrap();
        self.tiers.iter().position(|known| *known == tier).unwrap()
    }

    async fn judge(&self) -> usize {
        let mut tx = self.tx().await;
        let judged = run::judge_due(&mut tx, self.programme, self.now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        judged
    }

    async fn causes(&self) -> Vec<String> {
        let mut superuser = self.db.superuser().await;
        sqlx::query_scalar(
            "SELECT cause FROM tier_changes WHERE org_id = $1 ORDER BY at, change_id",
        )
        .bind(self.org.as_uuid())
        .fetch_all(&mut superuser)
        .await
        .unwrap()
    }
}

/// docs/rules.md, Worked examples, Tier.
#[tokio::test]
async fn an_order_reaches_gold_and_its_refund_takes_it_back() {
    let mut shop = Shop::open().await;
    shop.complete(1_500).await;
    assert_eq!(shop.place().await, 0);
    shop.complete(3_200).await;
    assert_eq!(shop.place().await, 1);
    shop.now += TimeDelta::days(1);
    let order = shop.complete(600).await;
    assert_eq!(shop.place().await, 2);
    shop.now += TimeDelta::days(10);
    shop.refund_all(order).await;
    assert_eq!(shop.place().await, 1, "4,700 reach silver, as before");
    assert_eq!(shop.causes().await, ["reached", "reached", "revoked"]);
}

#[tokio::test]
async fn a_refund_after_thirty_days_leaves_the_tier() {
    let mut shop = Shop::open().await;
    let order = shop.complete(6_000).await;
    assert_eq!(shop.place().await, 2);
    shop.now += TimeDelta::days(30);
    shop.refund_all(order).await;
    assert_eq!(shop.place().await, 2);
}

#[tokio::test]
async fn the_daily_run_judges_once_and_goes_on_where_it_ended() {
    let mut shop = Shop::open().await;
    shop.complete(5_000).await;
    shop.now += TimeDelta::days(365);
    assert_eq!(shop.judge().await, 0, "the run is at half past four");
    shop.now += TimeDelta::days(1);
    assert_eq!(shop.judge().await, 1);
    assert_eq!(shop.place().await, 1, "one tier down");
    assert_eq!(shop.judge().await, 0);
    assert_eq!(shop.causes().await, ["reached", "downgraded"]);
}

#[tokio::test]
async fn a_change_moves_nobody_unless_it_says_so() {
    let mut shop = Shop::open().await;
    shop.complete(2_500).await;
    shop.now += TimeDelta::hours(1);
    let mut tx = shop.tx().await;
    let mut tiers = vec![
        tier("一般", 0, 0),
        tier("銀", 1_000, 200),
        tier("金", 2_500, 500),
    ];
    for (tier, id) in tiers.iter_mut().zip(&shop.tiers) {
        tier.tier_id = id.to_string();
    }
    let rules = parsed(tiers);
    let owner = identities::owner(shop.org);
    let (programme, now) = (Some(shop.programme), shop.now);
    let preview = programmes::preview(&mut tx, &owner, programme, None, &rules, now)
        .await
        .unwrap();
    assert_eq!((preview.up, preview.down, preview.stay), (1, 0, 0));
    shop.save(&mut tx, rules.clone(), ChangeMode::AtExpiry)
        .await;
    run::apply_version(&mut tx, shop.programme, 2, shop.now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    shop.judge().await;
    assert_eq!(shop.place().await, 1);

    shop.now += TimeDelta::hours(1);
    let mut tx = shop.tx().await;
    shop.save(&mut tx, rules, ChangeMode::Recalculate).await;
    run::apply_version(&mut tx, shop.programme, 3, shop.now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(shop.judge().await, 1);
    assert_eq!(shop.place().await, 2);
    assert_eq!(shop.causes().await, ["reached", "recalculated"]);
}

#[tokio::test]
async fn members_of_before_are_judged_by_the_conditions_of_before() {
    let mut shop = Shop::open().await;
    shop.now += TimeDelta::hours(1);
    let mut tx = shop.tx().await;
    let mut tiers = vec![
        tier("一般", 0, 0),
        tier("銀", 200, 200),
        tier("金", 500, 500),
    ];
    for (tier, id) in tiers.iter_mut().zip(&shop.tiers) {
        tier.tier_id = id.to_string();
    }
    shop.save(&mut tx, parsed(tiers), ChangeMode::NewMembers)
        .await;
    tx.commit().await.unwrap();
    shop.complete(600).await;
    assert_eq!(shop.place().await, 0);
    shop.member = MemberId::new(&testkit::clock());
    let mut tx = shop.tx().await;
    members_for_tests::insert(&mut tx, shop.member, "+886911000002", shop.now).await;
    tx.commit().await.unwrap();
    shop.complete(600).await;
    assert_eq!(shop.place().await, 2);
}

#[tokio::test]
async fn benefits_become_rules_for_the_tier_alone() {
    let shop = Shop::open().await;
    let mut tx = shop.tx().await;
    let found = rules::rules(&mut tx, shop.brand).await.unwrap();
    let names: Vec<_> = found.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["銀", "金"]);
    for (rule, tier) in found.iter().zip(&shop.tiers[1..]) {
        let audience = rule.conditions.as_ref().unwrap().audience.as_ref().unwrap();
        assert_eq!(audience.tier_ids, [tier.to_string()]);
    }
    // The SQL and the Rust of a condition say the same.
    let mut superuser = shop.db.superuser().await;
    for all in [false, true] {
        for numbers in 0..16_i64 {
            let bit = |place: i64| numbers >> place & 1;
            let condition = TierCondition {
                all,
                spend: 100 * bit(0),
                orders: i32::try_from(3 * bit(1)).unwrap(),
                single_order: 50 * bit(2),
                points_earned: i32::try_from(9 * bit(3)).unwrap(),
            };
            if numbers == 0 {
                continue;
            }
            let progress = crate::domain::tiers::judging::Progress {
                spend: 100,
                orders: 2,
                single: 60,
                points: 8,
            };
            let by_sql: bool =
                sqlx::query_scalar("SELECT tier_condition_met($1, $2, $3, $4, $5, $6, $7, $8, $9)")
                    .bind(all)
                    .bind(condition.spend)
                    .bind(condition.orders)
                    .bind(condition.single_order)
                    .bind(condition.points_earned)
                    .bind(progress.spend)
                    .bind(progress.orders)
                    .bind(progress.single)
                    .bind(progress.points)
                    .fetch_one(&mut superuser)
                    .await
                    .unwrap();
            assert_eq!(by_sql, progress.meets(&condition), "{condition:?}");
        }
    }
}
