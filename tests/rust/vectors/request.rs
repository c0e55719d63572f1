//! Cases about what is sent, or refused before anything is.

use serde_json::{Value, json};
use zoomout_core::{Action, Call, Error};

use crate::case::{Case, api, fields};

pub(crate) fn check(case: &Case) {
    let noun = case.given["action"].as_str().unwrap();
    let built = Action::from_fields(noun, fields(&case.given["fields"])).map_err(Error::from);
    match built {
        Err(error) => case.compare_error(&json!(error)),
        Ok(action) => {
            let (tier, billing_key) = (action.tier(), action.billing_key());
            let request = api().request(&Call::Submit { action, idempotency_key: None });
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
