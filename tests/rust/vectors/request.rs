//! Cases about what is sent, or refused before anything is.

use serde_json::{Value, json};
use zoomout_core::{Call, Error, IdempotencyKey, Order};

use crate::case::{Case, api, fields};

pub(crate) fn check(case: &Case) {
    let noun = case.given["action"].as_str().unwrap();
    let built = Order::from_fields(noun, fields(&case.given["fields"])).map_err(Error::from);
    match built {
        Err(error) => case.compare_error(&json!(error)),
        Ok(Order { action, .. }) => {
            let (tier, billing_key) = (action.tier(), action.billing_key());
            let request = api().request(&Call::Submit {
                action,
                ticket: IdempotencyKey::from_bits(7),
                idempotency_key: false,
            });
            case.compare_exactly(&json!({
                "method": request.method().as_str(),
                "path": request.uri().path(),
                "body": serde_json::from_slice::<Value>(request.body()).unwrap(),
                "tier": tier,
                "billing_key": billing_key,
            }));
        }
    }
}
