//! What may be submitted, and what comes of it.

use serde_json::json;
use zoomout_emulator::{Factor, Picture};

use crate::world::{EXPIRED, FAILED, FOREIGN, GRID, RUNNING, UPSCALED, World, accepted};

#[test]
fn the_tier_follows_the_ratio_or_the_button() {
    let mut world = World::new();
    let buttons = world.midjourney(UPSCALED)["buttons"].clone();
    let id_of = |label: &str| {
        buttons.as_array().unwrap().iter().find(|b| b["label"] == label).unwrap()["customId"].clone()
    };
    for (body, factor) in [
        (json!({ "zoom_ratio": 1.99 }), Factor::OneAndAThird),
        (json!({ "zoom_ratio": 2 }), Factor::Two),
        (json!({ "zoom_ratio": 10.5 }), Factor::Two),
        (json!({}), Factor::Two),
        (json!({ "custom_id": id_of("Zoom Out 1.5×"), "zoom_ratio": 9 }), Factor::OneAndAThird),
        (json!({ "custom_id": id_of("Custom Zoom") }), Factor::Two),
    ] {
        let mut request = body.clone();
        request["task_id"] = json!(UPSCALED);
        let answer = world.zoom(&request);
        let id = accepted(&answer);
        world.pass(60);
        let Some(Picture::Zoomed { factor: made, .. }) = world.picture(&format!("/files/{id}-0.png")) else {
            panic!()
        };
        assert_eq!(made, factor, "{body}");
    }
}

#[test]
fn parents_are_refused_as_documented() {
    let mut world = World::new();
    let (status, body) = world.zoom(&json!({ "task_id": GRID }));
    assert_eq!(status, 400);
    assert!(body["error"]["message"].as_str().unwrap().starts_with("This action requires an upscaled task"));
    for (parent, status, place, words) in [
        (RUNNING, 400, "/description", "is not in SUCCESS state"),
        (FAILED, 400, "/description", "is not in SUCCESS state"),
        (FOREIGN, 403, "/error/type", "permission_error"),
        (EXPIRED, 404, "/description", "not found"),
        ("task_nobody", 404, "/description", "not found"),
    ] {
        let (seen, body) = world.zoom(&json!({ "task_id": parent }));
        assert_eq!(seen, status, "{parent}: {body}");
        assert!(body.pointer(place).unwrap().as_str().unwrap().contains(words), "{parent}: {body}");
    }
    assert_eq!(world.upscale(&json!({ "task_id": UPSCALED, "index": 1 })).0, 400);
    assert!(world.emulator.bill(world.now).lines.is_empty());
}

#[test]
fn bodies_are_checked_strictly() {
    let mut world = World::new();
    for (body, words) in [
        (json!({}), "task_id is required for zoom"),
        (json!({ "task_id": UPSCALED, "zoom": 2 }), "unknown field `zoom`"),
        (json!({ "task_id": UPSCALED, "zoom_ratio": "1.5" }), "invalid type: string"),
        (json!({ "task_id": UPSCALED, "zoom_ratio": null }), "invalid type: null"),
        (json!({ "task_id": UPSCALED, "index": 5 }), "index must be between 1 and 4"),
        (json!({ "task_id": UPSCALED, "index": 1.5 }), "invalid type: floating point"),
        (json!({ "task_id": UPSCALED, "speed": "ludicrous" }), "ludicrous"),
        (json!({ "task_id": UPSCALED, "metadata": [1] }), "invalid type: sequence"),
        (json!({ "task_id": UPSCALED, "custom_id": "MJ::nothing" }), "no button MJ::nothing"),
    ] {
        let (status, answer) = world.zoom(&body);
        let description = answer["description"].as_str().unwrap_or_default();
        assert_eq!((status, &answer["code"]), (400, &json!(4)), "{body}");
        assert!(description.contains(words), "{body}: {answer}");
    }
    for (body, words) in [
        (json!({ "task_id": GRID }), "index or custom_id is required"),
        (json!({ "task_id": GRID, "index": 0 }), "index must be"),
        (json!({ "task_id": GRID, "index": 1, "zoom_ratio": 2 }), "unknown field `zoom_ratio`"),
    ] {
        let (status, answer) = world.upscale(&body);
        assert_eq!(status, 400, "{body}");
        assert!(answer["description"].as_str().unwrap().contains(words), "{body}: {answer}");
    }
    assert!(world.emulator.bill(world.now).lines.is_empty());
}

#[test]
fn what_some_page_lists_is_accepted_and_a_webhook_is_called_by_nobody() {
    let mut world = World::new();
    for (name, value, wrong) in [
        ("webhook", json!("https://example.com/hooks"), json!(true)),
        ("language", json!("de"), json!(7)),
        ("nsfw_check", json!(true), json!("yes")),
        ("model", json!("midjourney"), json!(null)),
    ] {
        for (parent, mut body) in [(UPSCALED, json!({})), (GRID, json!({ "index": 1 }))] {
            body["task_id"] = json!(parent);
            body[name] = value.clone();
            let send = if parent == GRID { World::upscale } else { World::zoom };
            accepted(&send(&mut world, &body));
            body[name] = wrong.clone();
            assert_eq!(send(&mut world, &body).0, 400, "{body}");
        }
    }
    assert_eq!(world.emulator.bill(world.now).lines.len(), 8);
}
