//! Cases about what is sent, or refused before anything is.

use serde_json::{Value, json};
use zoomout_core::{Action, Api, ApiKey, Call, Error};

use crate::case::{Case, fields};

pub(crate) fn check(case: &Case) {
    let fields = fields(&case.given["fields"]);
    let built: Result<(Action, Value), Error> = match case.given["action"].as_str().unwrap() {
        "zoom" => fields.zoom().map(|zoom| {
            let tier = json!(zoom.tier());
            (zoom.into(), tier)
        }),
        _ => fields.upscale().map(|upscale| (upscale.into(), Value::Null)),
    };
    match built {
        Err(error) => case.compare_error(&json!(error)),
        Ok((action, tier)) => {
            let billing_key = action.billing_key();
            let api = Api::new(ApiKey::new("sk-test").unwrap());
            let request = api.request(&Call::Submit { action, idempotency_key: None });
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
