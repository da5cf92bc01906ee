use super::*;

/// Three children: moves at 2 and 5, adopted at 6; a move at 3, the row of the observation being cut at 4; never moved.
fn moves() -> Frame {
    Frame::new(vec![
        Column::integer("child", vec![1, 1, 1, 2, 2, 2, 3]),
        Column::float("from", vec![0.0, 2.0, 5.0, 1.0, 3.0, 4.0, 0.0]),
        Column::float("until", vec![2.0, 5.0, 6.0, 3.0, 4.0, 8.0, 4.0]),
        Column::factor("what", ["move", "move", "adopted", "move", "none", "none", "none"]),
        Column::factor("arm", ["a", "a", "a", "b", "b", "b", "b"]),
    ])
    .unwrap()
}

fn columns() -> Columns {
    Columns::new("until", "what").start("from").subject("child").censored("none")
}

fn numbers(frame: &Frame, name: &str) -> Vec<f64> {
    frame.column(name).unwrap().to_numeric().unwrap().to_vec()
}

#[test]
fn the_layouts_by_hand() {
    let frame = moves();
    let history = RecurrentHistory::from_frame(&frame, &columns(), &["adopted"]).unwrap();
    let of = |layout, most| history.layout(&frame, layout, most).unwrap();
    let total = of(Layout::TotalTime, None);
    assert_eq!(numbers(&total, "start"), [0.0, 2.0, 1.0, 3.0, 4.0, 0.0]);
    assert_eq!(numbers(&total, "stop"), [2.0, 5.0, 3.0, 4.0, 8.0, 4.0]);
    assert_eq!(numbers(&total, "order"), [1.0, 2.0, 1.0, 2.0, 2.0, 1.0]);
    assert_eq!(of(Layout::Counting, Some(3)).n_rows(), 7);
    assert_eq!(numbers(&of(Layout::Counting, Some(3)), "ended"), [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    let gap = of(Layout::GapTime, None);
    assert_eq!(numbers(&gap, "start"), [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(numbers(&gap, "stop"), [2.0, 3.0, 2.0, 1.0, 5.0, 4.0]);
    let marginal = of(Layout::Marginal, None);
    assert_eq!(numbers(&marginal, "start"), [0.0, 0.0, 2.0, 1.0, 1.0, 3.0, 4.0, 0.0, 0.0]);
    assert_eq!(numbers(&marginal, "stop"), [2.0, 2.0, 5.0, 3.0, 3.0, 4.0, 8.0, 4.0, 4.0]);
    assert_eq!(numbers(&marginal, "event"), [1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(numbers(&marginal, "order"), [1.0, 2.0, 2.0, 1.0, 2.0, 2.0, 2.0, 1.0, 2.0]);
    assert_eq!(marginal.column("arm").unwrap().to_factor().level(8), Some("b"));
}

#[test]
fn rows_of_no_length_are_events_at_the_end_of_the_row_before() {
    // Two moves on one day, on which the child is also adopted; one who was never seen.
    let frame = Frame::new(vec![
        Column::integer("child", vec![1, 1, 1, 2]),
        Column::float("month", vec![4.0, 4.0, 4.0, 0.0]),
        Column::factor("what", ["move", "adopted", "move", "none"]),
    ])
    .unwrap();
    let columns = Columns::new("month", "what").subject("child").censored("none");
    let history = RecurrentHistory::from_frame(&frame, &columns, &["adopted"]).unwrap();
    assert_eq!((history.observation().n_rows(), history.events().len()), (1, 2));
    assert_eq!(history.observation().to(0), Some(1));
    assert_eq!(history.observation().findings().iter().next().unwrap().code, "no_time");
    let error = history.layout(&frame, Layout::Counting, None).unwrap_err();
    assert_eq!(error.code(), "simultaneous_events");
}

#[test]
fn what_contradicts_itself_is_refused() {
    let frame = moves();
    let code = |columns: &Columns, terminal: &[&str]| {
        RecurrentHistory::from_frame(&frame, columns, terminal).unwrap_err().code()
    };
    assert_eq!(code(&columns(), &["moved"]), "unknown_state");
    assert_eq!(code(&columns().from("arm"), &[]), "from_column");
    // After a move as the end of all events, there is more.
    assert_eq!(code(&columns(), &["move"]), "invalid_history");
    let early = Frame::new(vec![Column::float("time", vec![0.0, 1.0]), Column::integer("event", vec![1, 1])]).unwrap();
    let error = RecurrentHistory::from_frame(&early, &Columns::new("time", "event"), &[]).unwrap_err();
    assert_eq!(error.code(), "unobserved_event");
}
