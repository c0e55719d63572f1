//! How tasks live, and what is shown of them.

use http::{Method, Request};
use serde_json::{Value, json};
use zoomout_emulator::{Body, Factor, KEY, Picture, Script, Wire};

use crate::world::{EXPIRED, FAILED, FOREIGN, GRID, UPSCALED, World, accepted};

#[test]
fn a_zoom_lives_from_pending_to_its_picture() {
    let mut world = World::new();
    let answer = world.zoom(&json!({ "task_id": UPSCALED, "zoom_ratio": 1.5, "speed": "fast" }));
    let id = accepted(&answer);
    assert_eq!(
        world.task(&id),
        json!({
            "id": id, "status": "pending", "progress": 0, "created": 1_790_000_000, "estimated_time": 30,
            "cost": 0.05504, "credits_cost": 0.5504
        })
    );
    world.pass(15);
    assert_eq!(world.task(&id)["status"], "processing");
    assert_eq!(world.task(&id)["progress"], 50);
    assert_eq!(world.midjourney(&id)["status"], "IN_PROGRESS");
    assert_eq!(world.midjourney(&id)["progress"], "50%");
    assert_eq!(world.midjourney(&id).get("buttons"), None);
    world.pass(15);
    let task = world.task(&id);
    assert_eq!(
        (&task["status"], &task["progress"], &task["actual_time"]),
        (&json!("completed"), &json!(100), &json!(30))
    );
    assert_eq!(task["completed"], 1_790_000_030);
    let image = &task["result"]["images"][0];
    assert_eq!(image["expires_at"], 1_790_000_030 + 24 * 3600);
    let url = image["url"][0].as_str().unwrap();
    assert_eq!(url, format!("http://here/files/{id}-0.png"));
    let Some(Picture::Zoomed { factor, .. }) = world.picture(url) else { panic!("not a zoom") };
    assert_eq!(factor, Factor::OneAndAThird);
}

#[test]
fn the_key_guards_everything_but_pictures() {
    let mut world = World::new();
    for path in ["/v1/tasks/x", "/v1/midjourney/x", "/v1/nothing"] {
        let request =
            Request::builder().uri(path).header("authorization", "Bearer sk-wrong").body(Vec::new()).unwrap();
        let response = world.emulator.handle(&request, world.now).response;
        assert_eq!(response.status(), 401, "{path}");
        let id = response.headers()["x-oneapi-request-id"].to_str().unwrap();
        let Body::Bytes(body) = response.body() else { panic!() };
        let message = format!("invalid API key (request id: {id})");
        assert!(String::from_utf8_lossy(body).contains(&message));
    }
    let seen = format!("{:?}", world.emulator.requests());
    assert!(!seen.contains("sk-wrong"), "{seen}");
}

#[test]
fn an_upscale_crops_the_tile_that_was_asked_for() {
    let mut world = World::new();
    let buttons = world.midjourney(GRID)["buttons"].clone();
    for (body, duration) in [
        (json!({ "index": 3 }), 1),
        (json!({ "custom_id": buttons[2]["customId"], "index": 1 }), 1),
        (json!({ "custom_id": "MJ::JOB::upsample_v6_2x_subtle::3::abc" }), 90),
    ] {
        let mut request = body.clone();
        request["task_id"] = json!(GRID);
        let answer = world.upscale(&request);
        let id = accepted(&answer);
        assert_eq!(world.task(&id)["estimated_time"], duration);
        world.pass(duration);
        assert_eq!(
            world.picture(&format!("/files/{id}-0.png")),
            world.picture(&format!("/files/{GRID}-2.png"))
        );
        let answer = world.zoom(&json!({ "task_id": id }));
        accepted(&answer);
    }
    assert!(matches!(world.picture(&format!("/files/{GRID}-grid.png")), Some(Picture::Grid(_))));
}

#[test]
fn looks_at_foreign_old_and_unknown_tasks_are_refused() {
    let mut world = World::new();
    for (id, status) in [(FOREIGN, 403), (EXPIRED, 404), ("task_nobody", 404)] {
        for path in [format!("/v1/tasks/{id}"), format!("/v1/midjourney/{id}")] {
            assert_eq!(world.look(&path).0, status, "{path}");
        }
    }
    let failed = world.task(FAILED);
    assert_eq!(
        (&failed["status"], &failed["error"]["message"]),
        (&json!("failed"), &json!("No available upstream"))
    );
    assert_eq!(failed.get("cost"), None);
    assert_eq!(world.midjourney(FAILED)["fail_reason"], "No available upstream");
    assert_eq!(world.midjourney(FAILED)["quota"], 0);
    assert_eq!(world.ask(Method::POST, "/v1/tasks/x", &Value::Null).0, 405);
    assert_eq!(world.look("/v1/elsewhere"), (404, json!({ "code": 404, "message": "not found" })));
    assert_eq!(world.look(&format!("/v1/tasks/{UPSCALED}?language=zh")).0, 200);
}

#[test]
fn links_end_after_a_day_and_records_after_three() {
    let mut world = World::new();
    let url = format!("/files/{UPSCALED}-0.png");
    assert!(world.picture(&url).is_some());
    world.pass(24 * 3600);
    assert!(world.picture(&url).is_none());
    assert_eq!(world.task(UPSCALED)["status"], "completed");
    world.pass(2 * 24 * 3600);
    assert_eq!(world.look(&format!("/v1/tasks/{UPSCALED}")).0, 404);
}

#[test]
fn the_bill_tells_each_accepted_submission_and_each_refund() {
    let mut world = World::new();
    let script = r#"{"faults":[{"on":"zoom","skip":1,"times":1,"fault":{"kind":"task_fails","reason":"Banned prompt detected"}}]}"#;
    world.emulator.inject(Script::from_json(script.as_bytes()).unwrap());
    let first = world.zoom(&json!({ "task_id": UPSCALED, "speed": "turbo", "metadata": { "row": 7 } }));
    let second = world.zoom(&json!({ "task_id": UPSCALED }));
    let (first, second) = (accepted(&first), accepted(&second));
    let before = world.emulator.bill(world.now);
    assert_eq!(before.total_usd.dollars().to_string(), "0.15504");
    world.pass(60);
    let bill = world.look("/emulator/bill").1;
    assert_eq!(
        bill,
        json!({
            "lines": [
                {
                    "task_id": first, "billing_key": "midjourney@zoom-turbo", "usd": 0.1, "refunded": false,
                    "metadata": { "row": 7 }, "idempotency_key": null
                },
                {
                    "task_id": second, "billing_key": "midjourney@zoom", "usd": 0.05504, "refunded": true,
                    "metadata": null, "idempotency_key": null
                }
            ],
            "total_usd": 0.1
        })
    );
    assert_eq!(world.task(&second)["error"]["message"], "Banned prompt detected");
}

#[test]
fn a_modal_task_waits_and_is_cancelled_after_half_an_hour() {
    let mut world = World::new();
    let script = br#"{"faults":[{"on":"zoom","fault":{"kind":"task_modal"}}]}"#;
    world.emulator.inject(Script::from_json(script).unwrap());
    let answer = world.zoom(&json!({ "task_id": UPSCALED }));
    let id = accepted(&answer);
    world.pass(600);
    assert_eq!(world.midjourney(&id)["status"], "MODAL");
    assert_eq!(world.midjourney(&id)["progress"], "15%");
    world.pass(1200);
    assert_eq!(world.midjourney(&id)["status"], "CANCEL");
    assert_eq!(world.task(&id)["status"], "cancelled");
    assert!(world.emulator.bill(world.now).lines[0].refunded);
}

#[test]
fn a_fault_executes_or_not_and_the_bill_knows() {
    for (fault, wire, billed) in [
        (json!({ "kind": "close" }), Wire::Close, 1),
        (json!({ "kind": "reset", "executed": false }), Wire::Reset, 0),
        (json!({ "kind": "hang" }), Wire::Hang, 1),
        (json!({ "kind": "raw", "text": "???" }), Wire::Raw(b"???".to_vec()), 1),
        (json!({ "kind": "answer", "status": 502, "body": "<html>" }), Wire::Whole, 0),
        (json!({ "kind": "answer", "status": 502, "executed": true }), Wire::Whole, 1),
    ] {
        let mut world = World::new();
        let script = json!({ "faults": [{ "on": "zoom", "times": 1, "fault": fault }] });
        assert_eq!(world.ask(Method::POST, "/emulator/faults", &script), (200, json!({})));
        let request = Request::builder()
            .method(Method::POST)
            .uri("/v1/midjourney/generations/zoom")
            .header("authorization", format!("Bearer {KEY}"))
            .header("content-type", "application/json")
            .body(json!({ "task_id": UPSCALED }).to_string().into_bytes())
            .unwrap();
        assert_eq!(world.emulator.handle(&request, world.now).wire, wire, "{fault}");
        assert_eq!(world.emulator.bill(world.now).lines.len(), billed, "{fault}");
    }
}

#[test]
fn a_status_can_be_replaced_by_a_word() {
    let mut world = World::new();
    let script = json!({ "faults": [{ "on": "task", "times": 1, "fault": { "kind": "status", "word": "dreaming" } }] });
    world.ask(Method::POST, "/emulator/faults", &script);
    assert_eq!(world.task(UPSCALED)["status"], "dreaming");
    assert_eq!(world.task(UPSCALED)["status"], "completed");
}
