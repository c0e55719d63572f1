//! An API whose time passes on demand.

use std::time::Duration;

use http::{Method, Request};
use serde_json::{Value, json};
use zoomout_emulator::{Body, Emulator, KEY, Millis, Picture, Seed};

pub(crate) const START: Millis = Millis(1_790_000_000_000);
pub(crate) const UPSCALED: &str = Seed::UPSCALED.task_id;
pub(crate) const GRID: &str = Seed::GRID.task_id;
pub(crate) const RUNNING: &str = Seed::RUNNING.task_id;
pub(crate) const FAILED: &str = Seed::FAILED.task_id;
pub(crate) const FOREIGN: &str = Seed::FOREIGN.task_id;
pub(crate) const EXPIRED: &str = Seed::EXPIRED.task_id;

pub(crate) struct World {
    pub(crate) emulator: Emulator,
    pub(crate) now: Millis,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { emulator: Emulator::new("http://here", START), now: START }
    }

    pub(crate) fn ask(&mut self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {KEY}"))
            .header("content-type", "application/json")
            .body(body.to_string().into_bytes())
            .unwrap();
        let response = self.emulator.handle(&request, self.now).response;
        let Body::Bytes(bytes) = response.body() else { panic!("a picture at {path}") };
        (response.status().as_u16(), serde_json::from_slice(bytes).unwrap_or(Value::Null))
    }

    pub(crate) fn zoom(&mut self, body: &Value) -> (u16, Value) {
        self.ask(Method::POST, "/v1/midjourney/generations/zoom", body)
    }

    pub(crate) fn upscale(&mut self, body: &Value) -> (u16, Value) {
        self.ask(Method::POST, "/v1/midjourney/generations/upscale", body)
    }

    pub(crate) fn look(&mut self, path: &str) -> (u16, Value) {
        self.ask(Method::GET, path, &Value::Null)
    }

    pub(crate) fn task(&mut self, id: &str) -> Value {
        self.look(&format!("/v1/tasks/{id}")).1["data"].clone()
    }

    pub(crate) fn midjourney(&mut self, id: &str) -> Value {
        self.look(&format!("/v1/midjourney/{id}")).1
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now = self.now.after(Duration::from_secs(seconds));
    }

    pub(crate) fn picture(&mut self, url: &str) -> Option<Picture> {
        let request = Request::builder().uri(url).body(Vec::new()).unwrap();
        match self.emulator.handle(&request, self.now).response.into_body() {
            Body::Picture(picture) => Some(picture),
            Body::Bytes(_) => None,
        }
    }
}

pub(crate) fn accepted(answer: &(u16, Value)) -> String {
    assert_eq!(
        (answer.0, &answer.1["code"], &answer.1["data"][0]["status"]),
        (200, &json!(200), &json!("submitted"))
    );
    answer.1["data"][0]["task_id"].as_str().unwrap().to_owned()
}
