//! The RPCs of `GatewayAccountService`.

use std::collections::BTreeMap;

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, GatewayAccountId, PaymentMethodId},
    idempotency::Once,
    request,
    secret::Secret,
    text, time,
};
use payment_adapters::{Environment, Provider};
use proto::payments::v1::{
    AccountVerification, CaptureMode, CreateGatewayAccountRequest, CreateGatewayAccountResponse,
    CredentialValue, GatewayMode, GetVerificationRequest, GetVerificationResponse,
    ListGatewayAccountsRequest, ListGatewayAccountsResponse, ListPaymentMethodsRequest,
    ListPaymentMethodsResponse, ListProvidersRequest, ListProvidersResponse,
    OrderPaymentMethodsRequest, OrderPaymentMethodsResponse, ReplaceCredentialsRequest,
    ReplaceCredentialsResponse, SavePaymentMethodRequest, SavePaymentMethodResponse,
    UpdateGatewayAccountRequest, UpdateGatewayAccountResponse, VerifyAccountRequest,
    VerifyAccountResponse, gateway_account_service_server as server,
};
use tonic::Request;

use super::{
    convert,
    request::{provider, rpcs, url},
};
use crate::{
    app::{
        Dependencies,
        accounts::{self, AccountChange, ShownAccount},
        methods, start_attempt, verify_account,
    },
    domain::account::Account,
    store::verifications::Verification,
};

const MOST_CREDENTIALS: usize = 20;

/// The gRPC service.
pub struct GatewayAccountService {
    deps: Dependencies,
}

impl GatewayAccountService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    GatewayAccountService: server::GatewayAccountService {
        list_providers(ListProvidersRequest) -> ListProvidersResponse;
        list_gateway_accounts(ListGatewayAccountsRequest) -> ListGatewayAccountsResponse;
        create_gateway_account(CreateGatewayAccountRequest) -> CreateGatewayAccountResponse;
        update_gateway_account(UpdateGatewayAccountRequest) -> UpdateGatewayAccountResponse;
        replace_credentials(ReplaceCredentialsRequest) -> ReplaceCredentialsResponse;
        verify_account(VerifyAccountRequest) -> VerifyAccountResponse;
        get_verification(GetVerificationRequest) -> GetVerificationResponse;
        list_payment_methods(ListPaymentMethodsRequest) -> ListPaymentMethodsResponse;
        save_payment_method(SavePaymentMethodRequest) -> SavePaymentMethodResponse;
        order_payment_methods(OrderPaymentMethodsRequest) -> OrderPaymentMethodsResponse;
    }
}

impl GatewayAccountService {
    fn account(
        &self,
        shown: &ShownAccount,
    ) -> Result<proto::payments::v1::GatewayAccount, Problem> {
        let callback = start_attempt::callback_url(&self.deps, &shown.account)?;
        Ok(convert::account(shown, callback.as_str()))
    }

    /// The account after a change, which is noted for the audit record.
    fn changed(
        &self,
        (before, after): &(ShownAccount, ShownAccount),
    ) -> Result<proto::payments::v1::GatewayAccount, Problem> {
        audit::before(&self.account(before)?);
        let after = self.account(after)?;
        audit::after(&after);
        Ok(after)
    }

    async fn list_providers(
        &self,
        _: &Request<ListProvidersRequest>,
    ) -> Result<ListProvidersResponse, Problem> {
        let info =
            |provider: Provider| convert::provider_info(provider, self.deps.adapter(provider));
        Ok(ListProvidersResponse {
            providers: Provider::ALL.into_iter().map(info).collect(),
        })
    }

    async fn list_gateway_accounts(
        &self,
        request: &Request<ListGatewayAccountsRequest>,
    ) -> Result<ListGatewayAccountsResponse, Problem> {
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &request.get_ref().brand_id, &mut violations);
        let brand = violations.finish(brand)?;
        let (org, identity) = (request.org()?, request.identity());
        let found = accounts::list(&self.deps, identity, org, brand).await?;
        let accounts: Result<_, Problem> = found.iter().map(|shown| self.account(shown)).collect();
        Ok(ListGatewayAccountsResponse {
            accounts: accounts?,
        })
    }

    async fn create_gateway_account(
        &self,
        request: &Request<CreateGatewayAccountRequest>,
    ) -> Result<CreateGatewayAccountResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        // A digest of the body is stored, which must not lead back to a credential.
        let digested = CreateGatewayAccountRequest {
            credentials: Vec::new(),
            ..asked.clone()
        };
        let key = &asked.idempotency_key;
        let once = Once::parse("CreateGatewayAccount", key, &digested, &mut violations);
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let branch = id::parse_optional("branch_id", &asked.branch_id, &mut violations);
        let provider = provider("provider", asked.provider, &mut violations);
        let change = change(
            &asked.name,
            asked.capture,
            asked.effective_at.as_ref(),
            &asked.store_code,
            asked.settlement_days,
            &mut violations,
        );
        let values = credential_values(&asked.credentials, &mut violations);
        let (brand, provider, change) = violations.finish((brand, provider, change))?;
        let credentials = accounts::parse_credentials(&self.deps, provider, values)?;
        let account = Account {
            id: GatewayAccountId::new(&*self.deps.clock),
            brand,
            branch,
            provider,
            name: change.name,
            environment: Environment::Test,
            capture_at_once: change.capture_at_once,
            effective_at: change.effective_at.unwrap_or_else(|| self.deps.clock.now()),
            archived: false,
            store_code: change.store_code,
            settlement_days: change.settlement_days,
            credentials_number: 1,
            verified_at: None,
            version: 1,
        };
        let identity = request.identity();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let shown = accounts::create(&self.deps, tx, identity, account, &credentials)
                    .await
                    .map_err(Problem::from)?;
                let account = self.account(&shown)?;
                audit::after(&account);
                Ok::<_, Problem>(CreateGatewayAccountResponse {
                    account: Some(account),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn update_gateway_account(
        &self,
        request: &Request<UpdateGatewayAccountRequest>,
    ) -> Result<UpdateGatewayAccountResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let account = id::parse("account_id", &asked.account_id, &mut violations);
        let change = change(
            &asked.name,
            asked.capture,
            asked.effective_at.as_ref(),
            &asked.store_code,
            asked.settlement_days,
            &mut violations,
        );
        let (account, change) = violations.finish((account, change))?;
        let change = AccountChange {
            archived: asked.archived,
            ..change
        };
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (identity, version) = (request.identity(), asked.version);
        let changed = accounts::update(&mut tx, identity, account, version, change).await?;
        let account = self.changed(&changed)?;
        tx.commit().await?;
        Ok(UpdateGatewayAccountResponse {
            account: Some(account),
        })
    }

    async fn replace_credentials(
        &self,
        request: &Request<ReplaceCredentialsRequest>,
    ) -> Result<ReplaceCredentialsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let account = id::parse("account_id", &asked.account_id, &mut violations);
        let environment = match asked.mode() {
            GatewayMode::Test => Some(Environment::Test),
            GatewayMode::Live => Some(Environment::Live),
            GatewayMode::Unspecified => {
                violations.push("mode", CommonReason::ValidationFailed);
                None
            }
        };
        let values = credential_values(&asked.credentials, &mut violations);
        let (account, environment) = violations.finish((account, environment))?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let changed = accounts::replace_credentials(
            &self.deps,
            &mut tx,
            request.identity(),
            account,
            asked.version,
            environment,
            values,
        )
        .await?;
        let account = self.changed(&changed)?;
        tx.commit().await?;
        Ok(ReplaceCredentialsResponse {
            account: Some(account),
        })
    }

    async fn verify_account(
        &self,
        request: &Request<VerifyAccountRequest>,
    ) -> Result<VerifyAccountResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let account = id::parse("account_id", &asked.account_id, &mut violations);
        let back_url = url("back_url", &asked.back_url, &mut violations);
        let token = text::bounded("token", &asked.token, 0..=2_000, &mut violations);
        let (account, back_url) = violations.finish((account, back_url))?;
        let token = (!token.is_empty()).then(|| Secret::new(token));
        let (org, identity) = (request.org()?, request.identity());
        let (verification, next) =
            verify_account::start(&self.deps, identity, org, account, &back_url, token).await?;
        Ok(VerifyAccountResponse {
            verification: Some(shown(&verification)),
            next: Some(next),
        })
    }

    async fn get_verification(
        &self,
        request: &Request<GetVerificationRequest>,
    ) -> Result<GetVerificationResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let account = id::parse("account_id", &asked.account_id, &mut violations);
        let verification = id::parse("verification_id", &asked.verification_id, &mut violations);
        let (account, verification) = violations.finish((account, verification))?;
        let (org, identity) = (request.org()?, request.identity());
        let found = verify_account::query(&self.deps, identity, org, account, verification).await?;
        Ok(GetVerificationResponse {
            verification: Some(shown(&found)),
        })
    }

    async fn list_payment_methods(
        &self,
        request: &Request<ListPaymentMethodsRequest>,
    ) -> Result<ListPaymentMethodsResponse, Problem> {
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &request.get_ref().brand_id, &mut violations);
        let brand = violations.finish(brand)?;
        let (org, identity) = (request.org()?, request.identity());
        let (methods, version) = methods::list(&self.deps, identity, org, brand).await?;
        Ok(ListPaymentMethodsResponse {
            methods: methods.iter().map(convert::method).collect(),
            version,
        })
    }

    async fn save_payment_method(
        &self,
        request: &Request<SavePaymentMethodRequest>,
    ) -> Result<SavePaymentMethodResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("SavePaymentMethod", key, asked, &mut violations);
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let known = id::parse_optional("method_id", &asked.method_id, &mut violations);
        let given = request::required("method", asked.method.as_ref(), &mut violations);
        let is_new = known.is_none();
        let method_id = known.unwrap_or_else(|| PaymentMethodId::new(&*self.deps.clock));
        let method = given.zip(brand).and_then(|(given, brand)| {
            convert::parse_method(given, method_id, brand, &mut violations)
        });
        let method = violations.finish(method)?;
        let identity = request.identity();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let version = asked.version;
                let version = methods::save(&self.deps, tx, identity, &method, is_new, version)
                    .await
                    .map_err(Problem::from)?;
                let method = convert::method(&method);
                audit::after(&method);
                Ok::<_, Problem>(SavePaymentMethodResponse {
                    method: Some(method),
                    version,
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn order_payment_methods(
        &self,
        request: &Request<OrderPaymentMethodsRequest>,
    ) -> Result<OrderPaymentMethodsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let ids = request::ids("method_ids", &asked.method_ids, 50, &mut violations);
        let brand = violations.finish(brand)?;
        let (org, identity) = (request.org()?, request.identity());
        let (methods, version) =
            methods::reorder(&self.deps, identity, org, brand, &ids, asked.version).await?;
        Ok(OrderPaymentMethodsResponse {
            methods: methods.iter().map(convert::method).collect(),
            version,
        })
    }
}

fn shown(verification: &Verification) -> AccountVerification {
    AccountVerification {
        verification_id: verification.id.to_string(),
        account_id: verification.account.to_string(),
        reference: verification.reference.clone(),
        state: verification.state.to_wire(),
        started_at: Some(time::to_wire(verification.started_at)),
        text: verification.text.clone(),
    }
}

/// Reads what is not secret of an account.
fn change(
    name: &str,
    capture: i32,
    effective_at: Option<&prost_types::Timestamp>,
    store_code: &str,
    settlement_days: i32,
    violations: &mut Violations,
) -> Option<AccountChange> {
    let name = text::bounded("name", name, 1..=60, violations);
    let capture_at_once = match CaptureMode::try_from(capture) {
        Ok(CaptureMode::AtOnce) => Some(true),
        Ok(CaptureMode::Later) => Some(false),
        _ => {
            violations.push("capture", CommonReason::ValidationFailed);
            None
        }
    };
    let effective_at = time::parse_optional("effective_at", effective_at, violations);
    let is_code = store_code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_code || store_code.len() > 10 {
        violations.push_with("store_code", CommonReason::ValidationFailed, [("max", 10)]);
    }
    let range = CommonReason::SettingRange;
    let days = request::in_range(
        "settlement_days",
        settlement_days,
        0..=60,
        range,
        violations,
    );
    Some(AccountChange {
        name,
        capture_at_once: capture_at_once?,
        effective_at,
        archived: false,
        store_code: store_code.to_owned(),
        settlement_days: i16::try_from(days).ok()?,
    })
}

fn credential_values(
    values: &[CredentialValue],
    violations: &mut Violations,
) -> BTreeMap<String, String> {
    if values.len() > MOST_CREDENTIALS {
        let params = [("max", MOST_CREDENTIALS)];
        violations.push_with("credentials", CommonReason::ValidationFailed, params);
    }
    let values = values.iter().take(MOST_CREDENTIALS);
    values
        .map(|value| (value.name.clone(), value.value.clone()))
        .collect()
}
