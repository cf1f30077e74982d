//! Pauses of the shop.

use chassis::{
    authn::{Identity, Level, Scope},
    clock::SystemClock,
    error::Problem,
    id::{BranchId, CategoryId, OptionId, OrderId, ProductId, SkuId, VariantId},
};
use proto::capacity::v1::{
    CreatePauseRequest, HoldLine, HoldRequest, ListPausesRequest, Pause, PauseEnd, PauseEndKind,
    PauseReason, PauseScope, PauseTarget, PauseTargetKind, ResumePauseRequest,
};
use testkit::identities;

use super::{Shop, response};

/// A tea with one option in one category.
#[derive(Clone, Copy, Debug)]
pub struct Tea {
    pub product: ProductId,
    pub variant: VariantId,
    pub option: OptionId,
    pub category: CategoryId,
}

impl Tea {
    pub fn new() -> Self {
        Self {
            product: ProductId::new(&SystemClock),
            variant: VariantId::new(&SystemClock),
            option: OptionId::new(&SystemClock),
            category: CategoryId::new(&SystemClock),
        }
    }

    pub fn sku(self) -> SkuId {
        SkuId::from_uuid(self.variant.as_uuid())
    }

    pub fn as_product(self) -> PauseTarget {
        target(PauseTargetKind::Product, self.product)
    }

    pub fn as_variant(self) -> PauseTarget {
        target(PauseTargetKind::Variant, self.variant)
    }

    pub fn as_option(self) -> PauseTarget {
        target(PauseTargetKind::Option, self.option)
    }

    pub fn as_category(self) -> PauseTarget {
        target(PauseTargetKind::Category, self.category)
    }

    /// The station it alone is made at.
    pub fn station(self) -> String {
        self.label("吧台")
    }

    pub fn as_station(self) -> PauseTarget {
        named(PauseTargetKind::Station, self.station())
    }

    /// The print tag it alone has.
    pub fn print_tag(self) -> String {
        self.label("標籤")
    }

    pub fn as_tag(self) -> PauseTarget {
        named(PauseTargetKind::Tag, self.print_tag())
    }

    /// Quotes and all, for a name may hold whatever people type.
    fn label(self, kind: &str) -> String {
        let id = self.product.as_uuid().simple().to_string();
        format!("{kind}\"{}\\", &id[20..])
    }
}

fn named(kind: PauseTargetKind, name: String) -> PauseTarget {
    PauseTarget {
        kind: kind.into(),
        name: Some(name),
        ..PauseTarget::default()
    }
}

fn target(kind: PauseTargetKind, id: impl ToString) -> PauseTarget {
    PauseTarget {
        kind: kind.into(),
        id: Some(id.to_string()),
        ..PauseTarget::default()
    }
}

/// The whole branch.
pub fn whole_branch() -> PauseTarget {
    PauseTarget {
        kind: PauseTargetKind::Branch.into(),
        ..PauseTarget::default()
    }
}

/// An end without anything more to say.
pub fn end(kind: PauseEndKind) -> Option<PauseEnd> {
    Some(PauseEnd {
        kind: kind.into(),
        ..PauseEnd::default()
    })
}

/// After so many minutes.
pub fn minutes(minutes: i32) -> Option<PauseEnd> {
    Some(PauseEnd {
        kind: PauseEndKind::Minutes.into(),
        minutes: Some(minutes),
        at: None,
    })
}

impl Shop {
    /// Who works in the branch and nowhere else.
    pub fn clerk(&self) -> Identity {
        let scope = Scope {
            branches: [self.branch].into(),
            ..Scope::default()
        };
        identities::staff(self.org, &[("ops.pause", Level::Manage)], scope)
    }

    /// A pause of `target` in the branch until the end of the day.
    pub fn pause_of(&self, target: PauseTarget) -> CreatePauseRequest {
        CreatePauseRequest {
            idempotency_key: OrderId::new(&SystemClock).to_string(),
            target: Some(target),
            target_name: "紅玉紅茶".to_owned(),
            scope: PauseScope::Branches.into(),
            branch_ids: vec![self.branch.to_string()],
            reason: PauseReason::Equipment.into(),
            ..CreatePauseRequest::default()
        }
    }

    pub async fn pause(&self, request: CreatePauseRequest) -> Result<Pause, Problem> {
        response(self.owner().pauses.create_pause(request).await)
            .map(|answer| answer.pause.unwrap())
    }

    pub async fn resume(&self, pause: &Pause) -> Result<Pause, Problem> {
        let request = ResumePauseRequest {
            pause_id: pause.pause_id.clone(),
            branch_id: String::new(),
            version: pause.version,
        };
        response(self.owner().pauses.resume_pause(request).await)
            .map(|answer| answer.pause.unwrap())
    }

    /// Pauses of a branch that last, or those that ended.
    pub async fn paused(&self, branch: BranchId, ended: bool) -> Vec<Pause> {
        let request = ListPausesRequest {
            branch_id: branch.to_string(),
            ended,
            ..ListPausesRequest::default()
        };
        let answer = self.owner().pauses.list_pauses(request).await;
        answer.unwrap().into_inner().pauses
    }

    /// An order for one tea with its option.
    pub fn order_of(&self, tea: Tea) -> HoldRequest {
        let line = HoldLine {
            product_id: tea.product.to_string(),
            variant_id: tea.variant.to_string(),
            option_ids: vec![tea.option.to_string()],
            category_ids: vec![tea.category.to_string()],
            quantity: 1,
            amount: 50,
            make_seconds: 45,
            station: tea.station(),
            print_tag: tea.print_tag(),
        };
        HoldRequest {
            lines: vec![line],
            ..self.order(&[(tea.sku(), 1)])
        }
    }

    /// Whether a tea can be had now.
    pub async fn sells(&self, tea: Tea) -> bool {
        let held = self.hold(self.order_of(tea)).await;
        held.is_ok()
    }
}
