//! `--dry-run`: what would be sent, without sending it.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use zoomout::{Action, Api, ApiKey, Call, IdempotencyKey};

use crate::args::Global;
use crate::failure::Failure;
use crate::json::Terms;
use crate::output::Output;
use crate::session::base_url;

/// Shows the very request that a submission would be, built by the code that would send it. It needs no
/// key: one that is not real stands in for it, and is not shown.
pub(crate) fn run(global: &Global, output: &Output, action: Action) -> Result<(), Failure> {
    let terms = Terms::of(&action);
    let api = Api::new(ApiKey::new("not-shown")?).base(base_url(global)?);
    let ticket = IdempotencyKey::new("not-shown")?;
    let request = api.request(&Call::Submit { action, ticket, idempotency_key: true });
    let headers: Map<String, Value> = request
        .headers()
        .iter()
        .map(|(name, value)| {
            let shown = match name.as_str() {
                _ if value.is_sensitive() => "Bearer <redacted>",
                "idempotency-key" => "<new for each submission>",
                _ => value.to_str().unwrap_or_default(),
            };
            (name.to_string(), json!(shown))
        })
        .collect();
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    output.result(
        || {
            json!({
                "method": request.method().as_str(),
                "url": request.uri().to_string(),
                "headers": headers,
                "body": body,
                "tier": terms.tier,
                "billing_key": terms.billing_key,
            })
        },
        || {
            let mut text = format!("{} {}\n", request.method(), request.uri());
            for (name, value) in &headers {
                let _ = writeln!(text, "{name}: {}", value.as_str().unwrap_or_default());
            }
            let _ = writeln!(text, "\n{}\n", String::from_utf8_lossy(request.body()));
            let tier = terms
                .tier
                .map_or_else(|| "decided by the button or the server".to_owned(), |tier| tier.to_string());
            let _ = writeln!(text, "tier: {tier}");
            if let Some(key) = terms.billing_key {
                let _ = writeln!(text, "billed to: {key}, once accepted");
            }
            text.push_str("Nothing was sent, and nothing was charged.");
            text
        },
    );
    Ok(())
}
