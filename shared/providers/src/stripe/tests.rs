//! What Stripe answers, recorded from its documentation (API reference, errors; testing), by a server on loopback. `tests/it/localstripe`
//! asks a server that keeps state.

use pretty_assertions::assert_eq;

use super::*;
use crate::{
    Charge, ChargeCards as _, ChargeError, CreateCustomers as _, Found, NewCustomer, RefundCharges as _,
    http::tests::{Provider, Says},
};

fn at(provider: &Provider) -> Stripe {
    let http = Http::of_this_process().unwrap();
    Stripe::new(http, provider.address(), "sk_test_51H8".into())
}

fn charge() -> Charge {
    Charge {
        amount: 2598,
        currency: "EUR".into(),
        card: "tok_visa".into(),
        order_id: "o-1".into(),
    }
}

async fn charged(status: u16, body: &'static str) -> Result<String, ChargeError> {
    let says: Says = (status, &[], body);
    let stripe = Provider::that_says(Box::leak(Box::new([says]))).await;
    at(&stripe).charge(&charge(), "place-order/o-1").await
}

async fn refunded(status: u16, body: &'static str) -> Result<(), Failure> {
    let says: Says = (status, &[], body);
    let stripe = Provider::that_says(Box::leak(Box::new([says]))).await;
    at(&stripe).refund("ch_1", "void/o-1").await
}

#[tokio::test]
async fn a_charge_is_asked_for_as_stripe_wants_it() {
    const MADE: &str = r#"{"id":"ch_1","object":"charge","status":"succeeded","paid":true}"#;
    let stripe = Provider::that_says(&[(200, &[], MADE)]).await;
    let made = at(&stripe).charge(&charge(), "place-order/o-1").await;
    assert_eq!(made, Ok("ch_1".into()));
    let [asked] = &stripe.asked()[..] else {
        panic!("one request")
    };
    assert_eq!(asked.path, "/v1/charges");
    assert_eq!(asked.header("authorization"), "Bearer sk_test_51H8");
    assert_eq!(asked.header("idempotency-key"), "place-order/o-1");
    assert_eq!(asked.header("stripe-version"), VERSION);
    assert_eq!(asked.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(
        asked.body,
        "amount=2598&currency=eur&source=tok_visa&description=Order+o-1&metadata%5Border_id%5D=o-1"
    );
}

#[tokio::test]
async fn a_customer_is_made_with_the_shops_name_for_them() {
    let stripe = Provider::that_says(&[(200, &[], r#"{"id":"cus_1","object":"customer"}"#)]).await;
    let customer = NewCustomer {
        user_id: "u-1".into(),
        name: "Ada Lovelace".into(),
        email: "ada@example.com".into(),
    };
    let made = at(&stripe).create(&customer, "create-stripe-customer/u-1").await;
    assert_eq!(made, Ok("cus_1".into()));
    let [asked] = &stripe.asked()[..] else {
        panic!("one request")
    };
    assert_eq!(asked.path, "/v1/customers");
    assert_eq!(asked.header("idempotency-key"), "create-stripe-customer/u-1");
    assert_eq!(
        asked.body,
        "name=Ada+Lovelace&email=ada%40example.com&metadata%5Buser_id%5D=u-1"
    );
}

#[tokio::test]
async fn a_payment_that_is_refused_is_no_failure_of_ours_and_says_why() {
    for (status, body, why) in [
        (
            402,
            r#"{"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds","charge":"ch_1"}}"#,
            "insufficient_funds",
        ),
        (
            402,
            r#"{"error":{"type":"card_error","code":"expired_card","param":"exp_month"}}"#,
            "expired_card",
        ),
        // localstripe says no other type.
        (
            402,
            r#"{"error":{"type":"invalid_request_error","code":"card_declined","charge":"ch_1"}}"#,
            "card_declined",
        ),
        (402, "", "card_declined"),
        (
            400,
            r#"{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such token: 'tok_x'","param":"source"}}"#,
            "resource_missing",
        ),
        (
            400,
            r#"{"error":{"type":"invalid_request_error","code":"token_already_used"}}"#,
            "token_already_used",
        ),
        (
            400,
            r#"{"error":{"type":"invalid_request_error","message":"Invalid source object","param":"source"}}"#,
            "no_such_card",
        ),
        (
            200,
            r#"{"id":"ch_1","status":"failed","failure_code":"card_declined"}"#,
            "card_declined",
        ),
        (
            400,
            r#"{"error":{"type":"invalid_request_error","code":"amount_too_small","param":"amount"}}"#,
            "amount_too_small",
        ),
        (
            400,
            r#"{"error":{"type":"invalid_request_error","message":"Invalid currency: xyz","param":"currency"}}"#,
            "invalid_charge_amount",
        ),
    ] {
        assert_eq!(
            charged(status, body).await,
            Err(ChargeError::Refused { code: why.into() }),
            "{body}"
        );
    }
}

#[tokio::test]
async fn whether_a_card_was_charged_is_found_out_by_asking_again() {
    for (status, body, class) in [
        (
            429,
            r#"{"error":{"type":"invalid_request_error","code":"rate_limit"}}"#,
            "Throttled",
        ),
        (
            429,
            r#"{"error":{"type":"invalid_request_error","code":"lock_timeout"}}"#,
            "Throttled",
        ),
        (500, r#"{"error":{"type":"api_error"}}"#, "Unavailable"),
        (503, "<html>", "Unavailable"),
        (200, "<html>", "Unreadable"),
        (
            401,
            r#"{"error":{"type":"invalid_request_error","message":"Invalid API Key provided: sk_test_51H8"}}"#,
            "Unauthorised",
        ),
        (
            403,
            r#"{"error":{"type":"invalid_request_error","code":"more_permissions_required"}}"#,
            "Unauthorised",
        ),
    ] {
        let Err(ChargeError::Failed(failure)) = charged(status, body).await else {
            panic!("{status} {body}")
        };
        assert!(matches!(failure, Failure::Transient { .. }), "{failure:?}");
        assert_eq!(failure.class(), class, "{failure:?}");
        assert!(!failure.reason().contains("51H8"), "{failure:?}");
    }
}

#[tokio::test]
async fn who_asks_while_another_is_asking_is_told_so() {
    for (status, body) in [
        (
            409,
            r#"{"error":{"type":"idempotency_error","code":"idempotency_key_in_use"}}"#,
        ),
        (
            400,
            r#"{"error":{"type":"invalid_request_error","code":"token_in_use"}}"#,
        ),
    ] {
        assert_eq!(charged(status, body).await, Err(ChargeError::UnderWay), "{body}");
        let failure = refunded(status, body).await.unwrap_err();
        assert!(matches!(failure, Failure::Transient { .. }), "{failure:?}");
        assert_eq!(failure.class(), "InFlight");
    }
}

#[tokio::test]
async fn stripe_says_itself_of_some_refusals_that_another_try_helps() {
    let says: &[Says] = &[(
        400,
        &[("stripe-should-retry", "true")],
        r#"{"error":{"type":"invalid_request_error"}}"#,
    )];
    let stripe = Provider::that_says(says).await;
    let Err(ChargeError::Failed(failure)) = at(&stripe).charge(&charge(), "k").await else {
        panic!("charged")
    };
    assert!(matches!(failure, Failure::Transient { .. }), "{failure:?}");
}

#[tokio::test]
async fn a_mistake_of_ours_says_nothing_of_whether_the_card_was_charged() {
    for (status, body, why) in [
        (
            400,
            r#"{"error":{"type":"idempotency_error"}}"#,
            "Stripe answers 400",
        ),
        (
            404,
            r#"{"error":{"type":"invalid_request_error","code":"resource_missing","param":"customer"}}"#,
            "Stripe answers 404: resource_missing",
        ),
    ] {
        let failure = Failure::permanent(why).of_class("Refused");
        assert_eq!(
            charged(status, body).await,
            Err(ChargeError::Failed(failure)),
            "{body}"
        );
    }
}

#[tokio::test]
async fn an_amount_that_stripe_cannot_charge_is_not_asked_for() {
    let stripe = Provider::that_says(&[(200, &[], "")]).await;
    let fils = Charge {
        amount: 5124,
        currency: "KWD".into(),
        ..charge()
    };
    let code = "invalid_charge_amount".to_owned();
    let refused = at(&stripe).charge(&fils, "k").await;
    assert_eq!(refused, Err(ChargeError::Refused { code }));
    assert!(stripe.asked().is_empty());
}

#[tokio::test]
async fn a_charge_is_found_by_its_order_and_one_that_is_not_there_is_none() {
    const FOUND: &str =
        r#"{"object":"search_result","data":[{"id":"ch_1","status":"succeeded"}],"has_more":false}"#;
    const NONE: &str = r#"{"object":"search_result","data":[],"has_more":false}"#;
    let stripe = Provider::that_says(&[(200, &[], FOUND), (200, &[], NONE), (500, &[], "")]).await;
    assert_eq!(at(&stripe).find("ord-1").await, Ok(Found::Paid("ch_1".into())));
    let [asked] = &stripe.asked()[..] else {
        panic!("one request")
    };
    assert_eq!(
        asked.path,
        "/v1/charges/search?query=metadata%5B%27order_id%27%5D%3A%27ord-1%27"
    );
    assert_eq!(asked.header("authorization"), "Bearer sk_test_51H8");
    assert_eq!(at(&stripe).find("ord-1").await, Ok(Found::Nothing));
    let failure = at(&stripe).find("ord-1").await.unwrap_err();
    assert!(matches!(failure, Failure::Transient { .. }), "{failure:?}");
    assert!(
        at(&stripe).find("ord'").await.is_err(),
        "nobody writes the query for us"
    );
}

#[tokio::test]
async fn what_is_given_back_already_is_given_back() {
    const ALREADY: &str = r#"{"error":{"type":"invalid_request_error","code":"charge_already_refunded"}}"#;
    for (status, body) in [
        (200, r#"{"id":"re_1","status":"succeeded"}"#),
        (200, r#"{"id":"re_1","status":null}"#),
        (400, ALREADY),
    ] {
        assert_eq!(refunded(status, body).await, Ok(()), "{body}");
    }
}

#[tokio::test]
async fn a_charge_that_was_pending_is_what_it_has_become_and_no_answer_that_was_kept_says_so() {
    const PENDING: Says = (200, &[], r#"{"id":"py_1","status":"pending"}"#);
    const PAID: Says = (200, &[], r#"{"id":"py_1","status":"succeeded"}"#);
    const FAILED: Says = (
        200,
        &[],
        r#"{"id":"py_1","status":"failed","failure_code":"debit_not_authorized"}"#,
    );
    let code = "debit_not_authorized".to_owned();
    for (says, becomes) in [
        (&[PENDING, PAID], Ok("py_1".to_owned())),
        (&[PENDING, FAILED], Err(ChargeError::Refused { code })),
    ] {
        let stripe = Provider::that_says(says).await;
        assert_eq!(at(&stripe).charge(&charge(), "k").await, becomes);
        let asked = stripe.asked();
        assert_eq!(asked[1].path, "/v1/charges/py_1");
    }
    let stripe = Provider::that_says(&[PENDING, PENDING]).await;
    let Err(ChargeError::Failed(failure)) = at(&stripe).charge(&charge(), "k").await else {
        panic!("it is neither paid nor refused")
    };
    assert!(matches!(failure, Failure::Transient { .. }), "{failure:?}");
    assert_eq!(failure.class(), "Pending");
}

#[tokio::test]
async fn of_the_charges_of_an_order_one_that_is_paid_counts_then_one_that_may_be() {
    for (data, found) in [
        (r#"{"data":[{"id":"a","status":"pending"}]}"#, Found::Pending),
        (
            r#"{"data":[{"id":"a","status":"failed"},{"id":"b","status":"pending"}]}"#,
            Found::Pending,
        ),
        (
            r#"{"data":[{"id":"a","status":"pending"},{"id":"b","status":"succeeded"}]}"#,
            Found::Paid("b".into()),
        ),
        (
            r#"{"data":[{"id":"a","status":"succeeded","captured":false}]}"#,
            Found::Pending,
        ),
        (
            r#"{"data":[{"id":"a","status":"succeeded","refunded":true}]}"#,
            Found::Nothing,
        ),
        (r#"{"data":[{"id":"a","status":"failed"}]}"#, Found::Nothing),
    ] {
        let says: Says = (200, &[], data);
        let stripe = Provider::that_says(Box::leak(Box::new([says]))).await;
        assert_eq!(at(&stripe).find("ord-1").await, Ok(found), "{data}");
    }
}

#[tokio::test]
async fn a_charge_that_was_given_back_since_its_answer_was_lost_is_no_payment() {
    const PAID: &str = r#"{"id":"ch_1","status":"succeeded"}"#;
    const HEARD_BEFORE: Says = (200, &[("idempotent-replayed", "true")], PAID);
    const GIVEN_BACK: Says = (200, &[], r#"{"id":"ch_1","status":"succeeded","refunded":true}"#);
    let stripe = Provider::that_says(&[HEARD_BEFORE, GIVEN_BACK]).await;
    let code = "refunded".to_owned();
    let charged = at(&stripe).charge(&charge(), "place-order/o-1").await;
    assert_eq!(charged, Err(ChargeError::Refused { code }));
    assert_eq!(stripe.asked()[1].path, "/v1/charges/ch_1");
}

#[tokio::test]
async fn a_refund_that_was_pending_is_waited_for_and_is_what_it_has_become() {
    const PENDING: Says = (200, &[], r#"{"id":"re_1","status":"pending"}"#);
    const BACK: Says = (200, &[], r#"{"id":"re_1","status":"succeeded"}"#);
    const FAILED: Says = (200, &[], r#"{"id":"re_1","status":"failed"}"#);
    for (says, class) in [
        (&[PENDING, BACK], None),
        (&[PENDING, FAILED], Some("RefundFailed")),
        (&[PENDING, PENDING], Some("Awaiting")),
    ] {
        let stripe = Provider::that_says(says).await;
        let refunded = at(&stripe).refund("ch_1", "void/o-1").await;
        assert_eq!(refunded.as_ref().err().map(Failure::class), class, "{refunded:?}");
        assert_eq!(stripe.asked()[1].path, "/v1/refunds/re_1");
    }
}

#[tokio::test]
async fn a_charge_that_is_not_given_back_says_whether_to_try_again() {
    const MISSING: &str =
        r#"{"error":{"type":"invalid_request_error","code":"resource_missing","param":"charge"}}"#;
    const NO_BALANCE: &str = r#"{"error":{"type":"invalid_request_error","code":"balance_insufficient"}}"#;
    for (status, body, class) in [
        (404, MISSING, "Refused"),
        (200, r#"{"id":"re_1","status":"failed"}"#, "RefundFailed"),
        (200, r#"{"id":"re_1","status":"canceled"}"#, "RefundFailed"),
        (200, r#"{"id":"re_1","status":"requires_action"}"#, "RefundFailed"),
    ] {
        let failure = refunded(status, body).await.unwrap_err();
        assert!(matches!(failure, Failure::Permanent { .. }), "{failure:?}");
        assert_eq!(failure.class(), class);
    }
    for (status, body, class) in [(400, NO_BALANCE, "BalanceInsufficient"), (500, "", "Unavailable")] {
        let failure = refunded(status, body).await.unwrap_err();
        assert!(matches!(failure, Failure::Transient { .. }), "{failure:?}");
        assert_eq!(failure.class(), class);
    }
}
