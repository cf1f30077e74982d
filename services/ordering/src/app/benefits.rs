//! Client of membership: what a customer may use, and holds of what an order uses.

use std::time::Duration;

use chassis::{
    business_day::BusinessDay,
    client::{PeerChannel, Peers},
    error::{CommonReason, Problem},
    id::{BranchId, BrandId, HoldKey, MemberId, OrderId, OrganisationId},
};
use proto::membership::v1::{
    self as wire, BenefitUse, FindBenefitsRequest, FindBenefitsResponse, HoldBenefitsRequest,
    ReleaseBenefitsRequest, ReturnBenefitsRequest, ReturnBenefitsResponse,
    benefit_service_client::BenefitServiceClient,
};
use uuid::Uuid;

use crate::domain::benefits::{EnteredKind, RuleUse};

/// Longest wait for what a customer may use; a quote is shown without it then.
const FIND_WITHIN: Duration = Duration::from_secs(2);

/// Stage of the tier's discount.
const TIER_STAGE: &str = "D";

/// Membership, as ordering needs it; clones share the connections.
#[derive(Clone)]
pub struct Benefits {
    peers: Peers,
}

/// What an order is about to hold.
pub struct NewBenefitHold<'a> {
    /// The order.
    pub order: OrderId,
    /// Key of the attempt, that of the hold of stock.
    pub key: HoldKey,
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// Member; `None` for a guest.
    pub member: Option<MemberId>,
    /// Phone of the customer.
    pub phone: &'a str,
    /// Business day by which limits a day count.
    pub day: BusinessDay,
    /// What is used.
    pub uses: &'a [RuleUse],
    /// Points used, and their programme.
    pub points: Option<(u32, Uuid)>,
}

impl Benefits {
    /// Calls membership through `peers`.
    #[must_use]
    pub const fn new(peers: Peers) -> Self {
        Self { peers }
    }

    fn client(&self, org: OrganisationId) -> BenefitServiceClient<PeerChannel> {
        BenefitServiceClient::new(self.peers.channel_for("membership", org))
    }

    /// What a customer may use in a cart.
    pub async fn find(
        &self,
        org: OrganisationId,
        request: FindBenefitsRequest,
    ) -> Result<FindBenefitsResponse, Problem> {
        let mut client = self.client(org);
        match tokio::time::timeout(FIND_WITHIN, client.find_benefits(request)).await {
            Ok(response) => Ok(response?.into_inner()),
            Err(_) => Err(Problem::new(CommonReason::TemporarilyUnavailable)
                .message("membership did not answer in time")),
        }
    }

    /// Holds everything or nothing, and returns the order that holds it: another one when the key had been
    /// used.
    pub async fn hold(
        &self,
        org: OrganisationId,
        hold: &NewBenefitHold<'_>,
    ) -> Result<OrderId, Problem> {
        let (points, programme) = hold.points.unzip();
        let request = HoldBenefitsRequest {
            order_id: hold.order.to_string(),
            hold_key: hold.key.to_string(),
            brand_id: hold.brand.to_string(),
            branch_id: hold.branch.to_string(),
            member_id: hold.member.map(|id| id.to_string()).unwrap_or_default(),
            guest_phone: guest_phone(hold.member, hold.phone),
            business_day: hold.day.to_string(),
            uses: hold.uses.iter().map(use_to_wire).collect(),
            points: points.unwrap_or_default().cast_signed(),
            programme_id: programme.map(|id| id.to_string()).unwrap_or_default(),
        };
        let held = self.client(org).hold_benefits(request).await?.into_inner();
        held.order_id.parse().map_err(Problem::internal)
    }

    /// Releases what an order holds that will never be created.
    pub async fn release(&self, org: OrganisationId, order: OrderId) -> Result<(), Problem> {
        let request = ReleaseBenefitsRequest {
            order_id: order.to_string(),
        };
        self.client(org).release_benefits(request).await?;
        Ok(())
    }

    /// Gives back what a refund gives back; repeated, it returns the same.
    pub async fn give_back(
        &self,
        org: OrganisationId,
        request: ReturnBenefitsRequest,
    ) -> Result<ReturnBenefitsResponse, Problem> {
        let response = self.client(org).return_benefits(request).await?;
        Ok(response.into_inner())
    }
}

/// The phone that limits of a guest's codes count.
pub(super) fn guest_phone(member: Option<MemberId>, phone: &str) -> String {
    match member {
        Some(_) => String::new(),
        None => phone.to_owned(),
    }
}

fn use_to_wire(used: &RuleUse) -> BenefitUse {
    let class = match used.entered {
        Some(EnteredKind::Code) => wire::BenefitClass::Code,
        Some(EnteredKind::Coupon) => wire::BenefitClass::Coupon,
        Some(EnteredKind::Points) => wire::BenefitClass::Points,
        None if used.stage == TIER_STAGE => wire::BenefitClass::Tier,
        None => wire::BenefitClass::Promotion,
    };
    BenefitUse {
        rule_id: used.rule.to_string(),
        rule_version: used.version,
        benefit_class: class.into(),
        amount: used.amount,
        code_id: used.code.map(|id| id.to_string()).unwrap_or_default(),
        coupon_id: used.coupon.map(|id| id.to_string()).unwrap_or_default(),
        position: i32::try_from(used.place).unwrap_or_default(),
    }
}
