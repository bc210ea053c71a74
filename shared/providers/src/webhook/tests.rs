//! Webhooks as their receiver sees them. It verifies by the specification, with code of its own.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pretty_assertions::assert_eq;
use ring::hmac;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::*;
use crate::{
    Packed,
    http::tests::{Asked, Provider, Says},
};

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn to(provider: &Provider) -> SignedWebhook {
    let key = SigningKeys::parse(&SecretString::from(KEY)).unwrap();
    SignedWebhook::new(
        Http::of_this_process().unwrap(),
        "the CRM",
        provider.address(),
        key,
    )
}

fn notice() -> Notice {
    Notice {
        id: "evt-1".into(),
        kind: "order.placed",
        data: json!({ "orderId": "o-1" }),
    }
}

/// What a receiver does (Standard Webhooks, "Verifying webhook authenticity").
fn is_genuine(asked: &Asked, body: &str) -> bool {
    let sent: u64 = asked.header("webhook-timestamp").parse().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let signed = format!("{}.{sent}.{body}", asked.header("webhook-id"));
    let key = STANDARD.decode(KEY.trim_start_matches("whsec_")).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let mut signatures = asked.header("webhook-signature").split(' ');
    now.abs_diff(sent) <= 5 * 60
        && signatures.any(|signature| {
            let tag = STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
            hmac::verify(&key, signed.as_bytes(), &tag).is_ok()
        })
}

#[tokio::test]
async fn a_receiver_knows_who_sent_a_notice_and_that_nobody_changed_it() {
    let crm = Provider::that_says(&[(204, &[], "")]).await;
    assert_eq!(to(&crm).notify(&notice()).await, Ok(()));
    let [asked] = &crm.asked()[..] else {
        panic!("one request")
    };
    assert_eq!(asked.header("webhook-id"), "evt-1");
    assert_eq!(asked.header("content-type"), "application/json");
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    assert_eq!(
        body,
        json!({ "type": "order.placed", "data": { "orderId": "o-1" } })
    );
    assert!(is_genuine(asked, &asked.body));
    assert!(!is_genuine(asked, &asked.body.replace("o-1", "o-2")));
}

#[tokio::test]
async fn an_event_that_another_system_calls_as_it_likes_is_told_of_and_signed() {
    let crm = Provider::that_says(&[(204, &[], "")]).await;
    let notice = Notice {
        id: "évt\n\u{ffff} 1".into(),
        ..notice()
    };
    assert_eq!(to(&crm).notify(&notice).await, Ok(()));
    let [asked] = &crm.asked()[..] else {
        panic!("one request")
    };
    assert_eq!(asked.header("webhook-id"), "%C3%A9vt%0A%EF%BF%BF%201");
    assert!(is_genuine(asked, &asked.body));
}

#[tokio::test]
async fn a_notice_that_comes_again_has_the_same_id() {
    let crm = Provider::that_says(&[(503, &[], ""), (200, &[], "")]).await;
    let failed = to(&crm).notify(&notice()).await.unwrap_err();
    assert!(
        matches!(
            failed,
            Failure::Transient {
                class: "Unavailable",
                ..
            }
        ),
        "{failed:?}"
    );
    assert_eq!(crm.asked().len(), 1, "nothing is tried again inside");
    assert_eq!(to(&crm).notify(&notice()).await, Ok(()));
    let ids: Vec<_> = crm
        .asked()
        .iter()
        .map(|asked| asked.header("webhook-id").to_owned())
        .collect();
    assert_eq!(ids, ["evt-1", "evt-1"]);
}

#[tokio::test]
async fn who_is_still_busy_with_the_try_before_is_asked_again() {
    for says in [(409, &[] as &[_], ""), (425, &[], "")] {
        let crm = Provider::that_says(Box::leak(Box::new([says]))).await;
        let failure = to(&crm).notify(&notice()).await.unwrap_err();
        assert!(matches!(failure, Failure::Transient { .. }), "{failure:?}");
        assert_eq!(failure.class(), "InFlight");
    }
}

#[tokio::test]
async fn a_notice_that_is_refused_is_refused_for_good() {
    for status in [400, 404, 410, 422] {
        let says: Says = (status, &[], r#"{"detail":"no Ada here"}"#);
        let crm = Provider::that_says(Box::leak(Box::new([says]))).await;
        let failure = to(&crm).notify(&notice()).await;
        let refused = Failure::permanent(format!("the CRM answers {status}")).of_class("Refused");
        assert_eq!(failure, Err(refused));
    }
}

fn parcel() -> Parcel {
    Parcel {
        shipment_id: "shp-1".into(),
        order_id: "o-1".into(),
        to: None,
        items: vec![Packed {
            sku: "mug".into(),
            quantity: 2,
        }],
    }
}

#[tokio::test]
async fn the_warehouse_is_told_what_to_pack_and_says_who_carries_it() {
    let says: &[Says] = &[(200, &[], r#"{"carrier":"Post","tracking":"T-1","bay":7}"#)];
    let warehouse = Provider::that_says(says).await;
    let booked = to(&warehouse).pack(&parcel(), "evt-1").await.unwrap();
    assert_eq!(
        booked,
        Booked {
            carrier: Some("Post".into()),
            tracking: Some("T-1".into())
        }
    );
    let [asked] = &warehouse.asked()[..] else {
        panic!("one request")
    };
    assert_eq!(asked.header("webhook-id"), "evt-1");
    assert!(is_genuine(asked, &asked.body));
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let data = json!({ "shipmentId": "shp-1", "orderId": "o-1", "to": null, "items": [{ "sku": "mug", "quantity": 2 }] });
    assert_eq!(body, json!({ "type": "parcel.requested", "data": data }));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_asked_for_again() {
    for body in ["", "packed", r#"{"carrier":7}"#] {
        let warehouse = Provider::that_says(Box::leak(Box::new([(200, &[] as &[_], body)]))).await;
        let failed = to(&warehouse).pack(&parcel(), "evt-1").await.unwrap_err();
        assert!(
            matches!(
                failed,
                Failure::Transient {
                    class: "Unreadable",
                    ..
                }
            ),
            "{failed:?}"
        );
    }
}

#[tokio::test]
async fn a_parcel_that_is_not_to_go_out_is_told_once_more_until_it_is_unpacked_or_is_none() {
    let unwanted = Unwanted {
        shipment_id: "shp-1".into(),
        order_id: "o-1".into(),
    };
    for (status, class) in [
        (200, None),
        (204, None),
        (404, None),
        (410, None),
        (409, Some("InFlight")),
        (422, Some("Refused")),
        (503, Some("Unavailable")),
    ] {
        let says: Says = (status, &[], "");
        let warehouse = Provider::that_says(Box::leak(Box::new([says]))).await;
        let unpacked = to(&warehouse).unpack(&unwanted, "evt-1").await;
        assert_eq!(unpacked.err().map(|failure| failure.class()), class, "{status}");
        let [asked] = &warehouse.asked()[..] else {
            panic!("one request")
        };
        assert_eq!(asked.header("webhook-id"), "evt-1");
        assert!(is_genuine(asked, &asked.body));
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        let data = json!({ "shipmentId": "shp-1", "orderId": "o-1" });
        assert_eq!(body, json!({ "type": "parcel.unwanted", "data": data }));
    }
}
