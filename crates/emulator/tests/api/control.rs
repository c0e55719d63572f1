//! The emulator's own endpoints: settings, time, a new start.

use http::Method;
use serde_json::{Value, json};
use zoomout_emulator::{Picture, Seed, Shift};

use crate::world::{UPSCALED, World, accepted};

#[test]
fn settings_limit_the_rate_and_set_the_number_of_pictures() {
    let mut world = World::new();
    let settings = json!({ "submits_per_minute": 1, "images_per_zoom": 4 });
    let (status, set) = world.ask(Method::POST, "/emulator/settings", &settings);
    let whole = json!({ "submits_per_minute": 1, "images_per_zoom": 4, "shift": { "dx": 0, "dy": 0 } });
    assert_eq!((status, set), (200, whole));
    let answer = world.zoom(&json!({ "task_id": UPSCALED }));
    let id = accepted(&answer);
    world.pass(20);
    let (status, body) = world.zoom(&json!({ "task_id": UPSCALED }));
    assert_eq!((status, &body["error"]["type"]), (429, &json!("rate_limit_error")));
    world.pass(40);
    let images = world.task(&id)["result"]["images"].clone();
    assert_eq!(images.as_array().unwrap().len(), 4);
    assert!(world.midjourney(&id)["grid_image_url"].is_string());
    let (status, body) = world.zoom(&json!({ "task_id": id }));
    assert_eq!(status, 400, "{body}");
    assert_eq!(world.emulator.bill(world.now).lines.len(), 1);
    for wrong in
        [json!({ "images_per_zoom": 3 }), json!({ "shift": { "dx": 40_000 } }), json!({ "shift": 4 })]
    {
        assert_eq!(world.ask(Method::POST, "/emulator/settings", &wrong).0, 400, "{wrong}");
    }
}

#[test]
fn a_zoom_is_shifted_on_demand() {
    let mut world = World::new();
    let first = world.zoom(&json!({ "task_id": UPSCALED }));
    world.ask(Method::POST, "/emulator/settings", &json!({ "shift": { "dx": 34, "dy": -7 } }));
    let second = world.zoom(&json!({ "task_id": UPSCALED }));
    world.pass(60);
    for (answer, expected) in [(first, Shift::default()), (second, Shift { dx: 34, dy: -7 })] {
        let url = format!("/files/{}-0.png", accepted(&answer));
        let Some(Picture::Zoomed { shift, .. }) = world.picture(&url) else { panic!("not a zoom") };
        assert_eq!(shift, expected);
    }
}

#[test]
fn a_zoom_of_four_is_a_grid_whose_tiles_can_be_upscaled_and_zoomed_again() {
    let mut world = World::new();
    world.ask(Method::POST, "/emulator/settings", &json!({ "images_per_zoom": 4 }));
    let grid = accepted(&world.zoom(&json!({ "task_id": UPSCALED, "zoom_ratio": 1.5 })));
    assert_eq!(world.midjourney(&grid).get("grid_image_url"), None, "nothing is shown before it is done");
    world.pass(60);

    let shown = world.midjourney(&grid);
    let links: Vec<String> =
        shown["image_urls"].as_array().unwrap().iter().map(|url| url.as_str().unwrap().to_owned()).collect();
    let tiles: Vec<Picture> = links.iter().map(|link| world.picture(link).unwrap()).collect();
    let Some(Picture::Grid(whole)) = world.picture(shown["grid_image_url"].as_str().unwrap()) else {
        panic!("no grid: {shown}")
    };
    assert_eq!(whole.map(|tile| *tile).to_vec(), tiles);
    let images = world.task(&grid)["result"]["images"].clone();
    let unified: Vec<&str> =
        images.as_array().unwrap().iter().map(|image| image["url"][0].as_str().unwrap()).collect();
    assert_eq!(unified, links);

    let labels: Vec<&str> =
        shown["buttons"].as_array().unwrap().iter().map(|button| button["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["U1", "U2", "U3", "U4", "V1", "V2", "V3", "V4", ""], "a grid has no zoom button");
    let tile =
        accepted(&world.upscale(&json!({ "task_id": grid, "custom_id": shown["buttons"][2]["customId"] })));
    world.pass(1);
    assert_eq!(world.picture(&format!("/files/{tile}-0.png")).as_ref(), tiles.get(2));
    let shown = world.midjourney(&tile);
    assert_eq!((shown.get("grid_image_url"), shown["image_urls"].as_array().unwrap().len()), (None, 1));
    accepted(&world.zoom(&json!({ "task_id": tile, "custom_id": shown["buttons"][1]["customId"] })));
}

#[test]
fn time_jumps_and_everything_can_start_anew() {
    let mut world = World::new();
    let answer = world.zoom(&json!({ "task_id": UPSCALED }));
    let id = accepted(&answer);
    assert_eq!(world.ask(Method::POST, "/emulator/time", &json!({ "advance_seconds": 60 })).0, 200);
    assert_eq!(world.task(&id)["status"], "completed");
    assert_eq!(world.ask(Method::POST, "/emulator/reset", &Value::Null).0, 200);
    assert_eq!(world.look(&format!("/v1/tasks/{id}")).0, 404);
    assert!(world.emulator.bill(world.now).lines.is_empty());
    assert_eq!(world.look("/emulator/seeds").1.as_array().unwrap().len(), Seed::ALL.len());
}
