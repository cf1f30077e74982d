//! A brand with a branch and a member, called by its staff and by the member.

use chassis::{
    authn::{Identity, Plan, Scope},
    clock::Clock as _,
    error::Problem,
    id::{AccountId, BranchId, BrandId, MemberId, OrderId, OrganisationId, SessionId},
    outbox::Event,
    time,
};
use membership::Membership;
use proto::{
    membership::v1::{
        points_service_client::PointsServiceClient, tag_service_client::TagServiceClient,
        tier_service_client::TierServiceClient,
    },
    ordering::v1::{OrderChange, OrderChanged, OrderSnapshot, OrderState},
};
use testkit::{CallerChannel, TestService, identities};
use tonic::Status;

pub struct Shop {
    pub org: OrganisationId,
    pub brand: BrandId,
    pub branch: BranchId,
    pub member: MemberId,
    pub service: TestService<Membership>,
}

impl Shop {
    pub async fn open() -> Self {
        let service = TestService::<Membership>::start(&[("TELEMETRY_LOG", "warn")]).await;
        let clock = service.clock();
        let (brand, branch) = (BrandId::new(clock), BranchId::new(clock));
        let member = MemberId::new(clock);
        let shop = Self {
            org: testkit::organisation(),
            brand,
            branch,
            member,
            service,
        };
        let mut superuser = shop.service.db().superuser().await;
        sqlx::query(
            "INSERT INTO branches (org_id, branch_id, brand_id, version) VALUES ($1, $2, $3, 1)",
        )
        .bind(shop.org.as_uuid())
        .bind(branch.as_uuid())
        .bind(brand.as_uuid())
        .execute(&mut superuser)
        .await
        .unwrap();
        shop.add_member(member, "+886911000001").await;
        shop
    }

    /// A member without the way of joining; columns that the table does not have are left out.
    pub async fn add_member(&self, member: MemberId, phone: &str) {
        let row = serde_json::json!({
            "org_id": self.org, "member_id": member, "version": 1, "state": "active",
            "name": "王小姐", "name_key": "王小姐", "phone": phone, "phone_verified": true,
            "gender": "not_given", "marketing_line": false, "marketing_sms": false,
            "marketing_email": false, "joined_at": self.service.clock().now(),
            "source": "counter", "session_generation": 0, "orders": 0, "spent": 0,
        });
        let mut superuser = self.service.db().superuser().await;
        sqlx::query("INSERT INTO members SELECT * FROM jsonb_populate_record(NULL::members, $1)")
            .bind(row)
            .execute(&mut superuser)
            .await
            .unwrap();
    }

    pub fn owner(&self) -> Identity {
        identities::owner(self.org)
    }

    /// Somebody else with the same rights.
    pub fn second(&self) -> Identity {
        let mut second = self.owner();
        second.actor = chassis::authn::Actor::Staff {
            account: AccountId::new(&chassis::clock::SystemClock),
            session: SessionId::new(&chassis::clock::SystemClock),
            name: "陳小華".to_owned(),
        };
        second
    }

    /// Somebody of the branch alone, with every permission and action.
    pub fn of_branch(&self) -> Identity {
        Identity {
            scope: Scope {
                branches: [self.branch].into(),
                ..Scope::default()
            },
            ..self.owner()
        }
    }

    pub fn member_identity(&self) -> Identity {
        Identity::member("device", self.member, self.org, Plan::Max)
    }

    pub fn points_as(&self, identity: &Identity) -> PointsServiceClient<CallerChannel> {
        PointsServiceClient::new(self.service.channel_as(identity))
    }

    pub fn points(&self) -> PointsServiceClient<CallerChannel> {
        self.points_as(&self.owner())
    }

    pub fn tiers(&self) -> TierServiceClient<CallerChannel> {
        TierServiceClient::new(self.service.channel_as(&self.owner()))
    }

    pub fn tags(&self) -> TagServiceClient<CallerChannel> {
        TagServiceClient::new(self.service.channel_as(&self.owner()))
    }

    /// Ordering reports that an order of the member was completed.
    pub async fn complete(&self, goods: i64, programme: &str) -> OrderId {
        let clock = self.service.clock();
        let id = OrderId::new(clock);
        let body = OrderChanged {
            change: Some(OrderChange {
                order_id: id.to_string(),
                brand_id: self.brand.to_string(),
                branch_id: self.branch.to_string(),
                member_id: self.member.to_string(),
                version: 5,
                from: OrderState::Ready.into(),
                to: OrderState::Completed.into(),
                at: Some(time::to_wire(clock.now())),
                business_day: "2026-09-02".to_owned(),
                ..Default::default()
            }),
            order: Some(OrderSnapshot {
                order_id: id.to_string(),
                brand_id: self.brand.to_string(),
                branch_id: self.branch.to_string(),
                member_id: self.member.to_string(),
                order_number: "9105M".to_owned(),
                goods_total: goods,
                completed_at: Some(time::to_wire(clock.now())),
                earning_base: goods,
                points_factor_bp: 10_000,
                programme_id: programme.to_owned(),
                programme_version: 1,
                ..Default::default()
            }),
        };
        let event = Event::new("ordering.order.completed.v1", id.as_uuid(), 5, &body);
        self.service.deliver(self.org, &[event]).await;
        id
    }
}

/// The reason of a refusal.
pub fn reason<T>(answer: Result<T, Status>) -> String {
    let Err(status) = answer else {
        panic!("it should have been refused")
    };
    Problem::from_status(&status).reason.to_string()
}
