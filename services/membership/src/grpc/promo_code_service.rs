//! The RPCs of `PromoCodeService`.

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, BenefitRuleId},
    idempotency::Once,
    request, text, time,
};
use proto::membership::v1::{
    self as wire, BenefitClass, CopyPromoCodeRequest, CopyPromoCodeResponse,
    CreatePromoCodeRequest, CreatePromoCodeResponse, ExportPromoCodesRequest,
    ExportPromoCodesResponse, GetPromoCodeRequest, GetPromoCodeResponse, ListPromoCodeUsesRequest,
    ListPromoCodeUsesResponse, ListPromoCodesRequest, ListPromoCodesResponse, PromoCodeBatch,
    PromoCodeUse, SwitchPromoCodesRequest, SwitchPromoCodesResponse, UpdatePromoCodeRequest,
    UpdatePromoCodeResponse, copy_promo_code_request, create_promo_code_request,
    promo_code_service_server as server,
};
use tonic::Request;

use super::{
    benefit_wire::{count, parse_draft, promo_code},
    rpcs::rpcs,
};
use crate::{
    app::{
        Dependencies,
        benefits::places,
        promo_codes::{self, NewCodes, PromoCodeDraft},
    },
    domain::benefits::code_text::{self, MOST_CODES},
    store::{
        self,
        promo_codes::{CodeUse, Cursor, UseCursor},
    },
};

/// Most promo codes that are switched at a time.
const MOST_SWITCHED: usize = 500;

/// The gRPC service.
pub struct PromoCodeService {
    deps: Dependencies,
}

impl PromoCodeService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    PromoCodeService: server::PromoCodeService {
        list_promo_codes(ListPromoCodesRequest) -> ListPromoCodesResponse;
        get_promo_code(GetPromoCodeRequest) -> GetPromoCodeResponse;
        create_promo_code(CreatePromoCodeRequest) -> CreatePromoCodeResponse;
        update_promo_code(UpdatePromoCodeRequest) -> UpdatePromoCodeResponse;
        switch_promo_codes(SwitchPromoCodesRequest) -> SwitchPromoCodesResponse;
        copy_promo_code(CopyPromoCodeRequest) -> CopyPromoCodeResponse;
        export_promo_codes(ExportPromoCodesRequest) -> ExportPromoCodesResponse;
        list_promo_code_uses(ListPromoCodeUsesRequest) -> ListPromoCodeUsesResponse;
    }
}

impl PromoCodeService {
    async fn list_promo_codes(
        &self,
        request: &Request<ListPromoCodesRequest>,
    ) -> Result<ListPromoCodesResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse_optional("brand_id", &asked.brand_id, &mut violations);
        let state = request::optional_choice("state", asked.state, &mut violations);
        let searched = text::bounded("text", &asked.text, 0..=60, &mut violations);
        let page = request::page_or(20, asked.page_size, &asked.page_token, &mut violations);
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let page_of = (page.after.as_ref(), page.limit());
        let identity = request.identity();
        let found =
            promo_codes::list(&mut tx, identity, brand, state, &searched, now, page_of).await?;
        tx.rollback().await?;
        let page = page.page(found, |last| Cursor {
            created_at: last.promo_code.created_at,
            id: last.promo_code.id,
        });
        Ok(ListPromoCodesResponse {
            promo_codes: page.items.iter().map(promo_code).collect(),
            next_page_token: page.next_page_token,
        })
    }

    async fn get_promo_code(
        &self,
        request: &Request<GetPromoCodeRequest>,
    ) -> Result<GetPromoCodeResponse, Problem> {
        let id = promo_code_id(&request.get_ref().promo_code_id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let identity = request.identity();
        let found = promo_codes::get(&mut tx, identity, id, self.deps.clock.now()).await?;
        tx.rollback().await?;
        Ok(GetPromoCodeResponse {
            promo_code: Some(promo_code(&found)),
            editable: places::require_editable(identity, &found.promo_code.rule).is_ok(),
        })
    }

    async fn create_promo_code(
        &self,
        request: &Request<CreatePromoCodeRequest>,
    ) -> Result<CreatePromoCodeResponse, Problem> {
        let asked = request.get_ref();
        let id = BenefitRuleId::new(&*self.deps.clock);
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("CreatePromoCode", key, asked, &mut violations);
        let draft = parse_promo_code(asked.promo_code.as_ref(), id, &mut violations);
        let codes = match &asked.codes {
            Some(create_promo_code_request::Codes::Code(code)) => parse_code(code, &mut violations),
            Some(create_promo_code_request::Codes::Batch(batch)) => {
                parse_batch(batch, &mut violations)
            }
            None => no_codes(&mut violations),
        };
        let codes = violations.finish(codes)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let clock = &*self.deps.clock;
        let identity = request.identity();
        let enabled = !asked.disabled;
        let response = once
            .run(&mut tx, clock, async |tx| {
                let created =
                    promo_codes::create(tx, identity, clock, id, draft, codes, enabled).await?;
                let created = promo_code(&created);
                audit::after(&created);
                Ok::<_, Problem>(CreatePromoCodeResponse {
                    promo_code: Some(created),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn update_promo_code(
        &self,
        request: &Request<UpdatePromoCodeRequest>,
    ) -> Result<UpdatePromoCodeResponse, Problem> {
        let asked = request.get_ref();
        let id = promo_code_id(&asked.promo_code_id)?;
        let mut violations = Violations::new();
        let draft = parse_promo_code(asked.promo_code.as_ref(), id, &mut violations);
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let identity = request.identity();
        let (before, after) =
            promo_codes::update(&mut tx, identity, id, asked.version, draft, now).await?;
        let after = promo_code(&after);
        audit::before(&promo_code(&before));
        audit::after(&after);
        tx.commit().await?;
        Ok(UpdatePromoCodeResponse {
            promo_code: Some(after),
        })
    }

    async fn switch_promo_codes(
        &self,
        request: &Request<SwitchPromoCodesRequest>,
    ) -> Result<SwitchPromoCodesResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let raw = &asked.promo_code_ids;
        let ids: Vec<BenefitRuleId> =
            request::ids("promo_code_ids", raw, MOST_SWITCHED, &mut violations);
        if raw.is_empty() {
            violations.push("promo_code_ids", CommonReason::EmptyTarget);
        }
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let identity = request.identity();
        let changed = promo_codes::switch(&mut tx, identity, &ids, asked.enabled, now).await?;
        tx.commit().await?;
        Ok(SwitchPromoCodesResponse {
            changed_count: count(changed),
        })
    }

    async fn copy_promo_code(
        &self,
        request: &Request<CopyPromoCodeRequest>,
    ) -> Result<CopyPromoCodeResponse, Problem> {
        let asked = request.get_ref();
        let id = BenefitRuleId::new(&*self.deps.clock);
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("CopyPromoCode", key, asked, &mut violations);
        let of = id::parse("promo_code_id", &asked.promo_code_id, &mut violations);
        let codes = match &asked.codes {
            Some(copy_promo_code_request::Codes::Code(code)) => parse_code(code, &mut violations),
            Some(copy_promo_code_request::Codes::Batch(batch)) => {
                parse_batch(batch, &mut violations)
            }
            None => no_codes(&mut violations),
        };
        let (of, codes) = violations.finish((of, codes))?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let clock = &*self.deps.clock;
        let identity = request.identity();
        let response = once
            .run(&mut tx, clock, async |tx| {
                let copied = promo_codes::get(tx, identity, of, clock.now())
                    .await?
                    .promo_code;
                let mut rule = copied.rule;
                rule.rule_id = id.to_string();
                rule.version = 1;
                let draft = PromoCodeDraft {
                    internal_name: copied.internal_name,
                    note: copied.note,
                    rule,
                    cost_shares: copied.cost_shares,
                };
                let created =
                    promo_codes::create(tx, identity, clock, id, draft, codes, false).await?;
                let created = promo_code(&created);
                audit::after(&created);
                Ok::<_, Problem>(CopyPromoCodeResponse {
                    promo_code: Some(created),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn export_promo_codes(
        &self,
        request: &Request<ExportPromoCodesRequest>,
    ) -> Result<ExportPromoCodesResponse, Problem> {
        let id = promo_code_id(&request.get_ref().promo_code_id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let (csv, file_name) = promo_codes::export(&mut tx, request.identity(), id, now).await?;
        tx.rollback().await?;
        Ok(ExportPromoCodesResponse { csv, file_name })
    }

    async fn list_promo_code_uses(
        &self,
        request: &Request<ListPromoCodeUsesRequest>,
    ) -> Result<ListPromoCodeUsesResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("promo_code_id", &asked.promo_code_id, &mut violations);
        let page =
            request::page_or::<UseCursor>(20, asked.page_size, &asked.page_token, &mut violations);
        let id = violations.finish(id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        promo_codes::get(&mut tx, request.identity(), id, self.deps.clock.now()).await?;
        let (after, limit) = (page.after.as_ref(), page.limit());
        let uses = store::promo_codes::list_uses(&mut tx, id, after, limit).await?;
        tx.rollback().await?;
        let page = page.page(uses, |last| UseCursor {
            used_at: last.used_at,
            order: last.order,
        });
        Ok(ListPromoCodeUsesResponse {
            uses: page.items.iter().map(code_use).collect(),
            next_page_token: page.next_page_token,
        })
    }
}

fn promo_code_id(raw: &str) -> Result<BenefitRuleId, Problem> {
    let mut violations = Violations::new();
    let id = id::parse("promo_code_id", raw, &mut violations);
    violations.finish(id)
}

fn parse_promo_code(
    sent: Option<&wire::PromoCodeDraft>,
    id: BenefitRuleId,
    violations: &mut Violations,
) -> PromoCodeDraft {
    let nothing = wire::PromoCodeDraft::default();
    let sent = request::required("promo_code", sent, violations).unwrap_or(&nothing);
    let fields = (
        sent.internal_name.as_str(),
        sent.note.as_str(),
        sent.rule.as_ref(),
        &sent.cost_shares[..],
    );
    let fields = parse_draft("promo_code", id, BenefitClass::Code, fields, violations);
    PromoCodeDraft {
        internal_name: fields.internal_name,
        note: fields.note,
        rule: fields.rule,
        cost_shares: fields.cost_shares,
    }
}

fn parse_code(typed: &str, violations: &mut Violations) -> Option<NewCodes> {
    let code = code_text::parse("code", typed, violations)?;
    Some(NewCodes::Single {
        typed: text::typed(typed),
        code,
    })
}

fn parse_batch(batch: &PromoCodeBatch, violations: &mut Violations) -> Option<NewCodes> {
    let uses = if batch.uses_per_code == 0 {
        1
    } else {
        batch.uses_per_code
    };
    let reason = CommonReason::SettingRange;
    let uses_per_code = request::in_range("batch.uses_per_code", uses, 1..=99, reason, violations);
    if !batch.csv.is_empty() {
        if batch.count != 0 || !batch.prefix.is_empty() {
            violations.push("batch.csv", CommonReason::ValidationFailed);
        }
        let codes = code_text::parse_csv("batch.csv", &batch.csv, violations);
        return Some(NewCodes::Own {
            codes,
            uses_per_code,
        });
    }
    let prefix = code_text::parse_prefix("batch.prefix", &batch.prefix, violations);
    let most = count(MOST_CODES);
    let reason = CommonReason::AmountOutOfRange;
    let count = request::in_range("batch.count", batch.count, 1..=most, reason, violations);
    Some(NewCodes::Random {
        count: usize::try_from(count).ok()?,
        prefix,
        uses_per_code,
    })
}

fn no_codes(violations: &mut Violations) -> Option<NewCodes> {
    violations.push("code", CommonReason::ValidationFailed);
    None
}

fn code_use(used: &CodeUse) -> PromoCodeUse {
    PromoCodeUse {
        order_id: used.order.to_string(),
        branch_id: used.branch.to_string(),
        code: used.code.clone(),
        member_id: used
            .member
            .map(|member| member.to_string())
            .unwrap_or_default(),
        discount: used.discount,
        business_day: used.business_day.to_string(),
        used_at: Some(time::to_wire(used.used_at)),
        held: used.held,
    }
}
