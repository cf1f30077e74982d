//! Accounts at providers: credentials go in and never come out.

use chassis::{authn::Identity, clock::Clock as _};
use chrono::TimeDelta;
use payment_adapters::State;
use proto::payments::v1::{
    CreateGatewayAccountRequest, GatewayMode, GetVerificationRequest, ListGatewayAccountsRequest,
    ReplaceCredentialsRequest, VerificationState, VerifyAccountRequest,
};

use crate::common::{KEY, Shop, of_branch, reason, report, script, twd};

#[tokio::test]
async fn credentials_are_shown_by_their_last_four_and_stored_sealed() {
    let shop = Shop::open().await;
    let request = ListGatewayAccountsRequest {
        brand_id: shop.brand.to_string(),
    };
    let listed = shop
        .accounts()
        .list_gateway_accounts(request)
        .await
        .unwrap()
        .into_inner();
    let [account] = listed.accounts.as_slice() else {
        panic!("one account: {listed:?}")
    };
    let shown: Vec<_> = account
        .credentials
        .iter()
        .map(|hint| (hint.name.as_str(), hint.shown.as_str(), hint.secret))
        .collect();
    assert_eq!(
        shown,
        [
            ("MerchantID", shop.merchant.as_str(), false),
            ("HashKey", "cdef", true)
        ]
    );
    assert_eq!(account.mode(), GatewayMode::Test);
    let callback = format!(
        "https://shop.example/api/payments/callbacks/ecpay/{}",
        account.account_id
    );
    assert_eq!(account.callback_url, callback);
    let leaks = "SELECT count(*) FROM account_credentials
        WHERE position('0123456789abcdef'::bytea IN sealed) > 0
            OR hints::text LIKE '%0123456789abcdef%'";
    assert_eq!(shop.count(leaks).await, 0);
    let audited =
        "SELECT count(*) FROM outbox WHERE position('0123456789abcdef'::bytea IN body) > 0";
    assert_eq!(shop.count(audited).await, 0);
}

#[tokio::test]
async fn credentials_copied_with_blanks_are_refused_at_their_field() {
    let shop = Shop::open().await;
    for key in [
        "",
        " 123456789abcdef",
        "0123456789abcde",
        "012345678 9abcde",
    ] {
        let request = CreateGatewayAccountRequest {
            credentials: shop.credentials(key),
            ..shop.account_request("other")
        };
        let refused = shop
            .accounts()
            .create_gateway_account(request)
            .await
            .unwrap_err();
        let problem = chassis::error::Problem::from_status(&refused);
        assert_eq!(problem.reason, "CREDENTIALS_INVALID", "{key:?}");
        assert_eq!(problem.fields[0].field, "credentials.HashKey");
    }
}

fn live(shop: &Shop, version: i64) -> ReplaceCredentialsRequest {
    ReplaceCredentialsRequest {
        account_id: shop.account.account_id.clone(),
        version,
        mode: GatewayMode::Live.into(),
        credentials: shop.credentials(KEY),
    }
}

#[tokio::test]
async fn an_account_goes_live_after_one_unit_was_paid_and_the_provider_said_so() {
    let shop = Shop::open().await;
    let version = shop.account.version;
    let early = shop
        .accounts()
        .replace_credentials(live(&shop, version))
        .await;
    assert_eq!(reason(early), "VERIFICATION_REQUIRED");

    let request = VerifyAccountRequest {
        account_id: shop.account.account_id.clone(),
        back_url: "https://shop.example/admin".to_owned(),
        token: String::new(),
    };
    let started = shop
        .accounts()
        .verify_account(request)
        .await
        .unwrap()
        .into_inner();
    let verification = started.verification.unwrap();
    let ask = GetVerificationRequest {
        account_id: shop.account.account_id.clone(),
        verification_id: verification.verification_id.clone(),
    };
    let state = async || {
        let found = shop.accounts().get_verification(ask.clone()).await.unwrap();
        found.into_inner().verification.unwrap().state()
    };
    assert_eq!(state().await, VerificationState::Pending);
    script(&shop.merchant, |script| {
        let paid = Ok(report(State::Captured, twd(1)));
        script.states.insert(verification.reference.clone(), paid);
    });
    assert_eq!(state().await, VerificationState::Passed);
    let mut clerk = shop.owner();
    clerk.actions.remove("payment.credentials");
    let refused = shop
        .accounts_as(&clerk)
        .replace_credentials(live(&shop, version))
        .await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
    let switched = shop
        .accounts()
        .replace_credentials(live(&shop, version))
        .await
        .unwrap();
    let account = switched.into_inner().account.unwrap();
    assert_eq!(
        (account.mode(), account.credentials_number),
        (GatewayMode::Live, 2)
    );
    let stale = shop
        .accounts()
        .replace_credentials(live(&shop, version))
        .await;
    assert_eq!(reason(stale), "VERSION_CONFLICT");
}

#[tokio::test]
async fn a_branch_sees_and_sets_its_own_accounts_only() {
    let shop = Shop::open().await;
    let branch = of_branch(shop.owner(), shop.branch);
    let brands = shop
        .accounts_as(&branch)
        .create_gateway_account(shop.account_request("b"))
        .await;
    assert_eq!(reason(brands), "OUT_OF_SCOPE");
    let own = CreateGatewayAccountRequest {
        branch_id: shop.branch.to_string(),
        ..shop.account_request("b")
    };
    shop.accounts_as(&branch)
        .create_gateway_account(own)
        .await
        .unwrap();
    let request = ListGatewayAccountsRequest {
        brand_id: shop.brand.to_string(),
    };
    let listed = shop
        .accounts_as(&branch)
        .list_gateway_accounts(request)
        .await
        .unwrap();
    let accounts = listed.into_inner().accounts;
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].branch_id(), shop.branch.to_string());
}

#[tokio::test]
async fn credentials_are_taken_only_after_the_password_was_entered_lately() {
    let shop = Shop::open().await;
    let entered_at = shop.service.clock().now() - TimeDelta::minutes(6);
    let owner = Identity {
        authenticated_at: Some(entered_at),
        ..shop.owner()
    };
    let mut accounts = shop.accounts_as(&owner);
    let created = accounts
        .create_gateway_account(shop.account_request("other"))
        .await;
    assert_eq!(reason(created), "REAUTH_REQUIRED");
    let replaced = accounts
        .replace_credentials(live(&shop, shop.account.version))
        .await;
    assert_eq!(reason(replaced), "REAUTH_REQUIRED");
    // What is not secret needs no password.
    let request = ListGatewayAccountsRequest {
        brand_id: shop.brand.to_string(),
    };
    accounts.list_gateway_accounts(request).await.unwrap();
}
