"""Lists of terminals and port authorities: what they are of, how often one thing repeats, and in which units."""

from __future__ import annotations

import pytest

from corridor_etl.errors import FileRejected
from corridor_etl.sources import Finding, RawFile, recognise

STOPS = """stopid,status,isemptycontainer,bookingidentifier,bookinginfo_containertype,gatein,gateout,previousactiontype,nextactiontype
7001,FINISHED,false,B-1,40HC,2021-09-01 15:37:25.267000,,BargeTransportAction,ExternalAction
7001,FINISHED,false,B-1,40HC,2021-09-01 15:37:25.267000,,BargeTransportAction,PairAction
7002,NEXT,true,B-2,20DV,,,,
"""
YARD = """id,stack_id,rowrange,depth,heightrange,put_handling_id,put_correction_id,pull_handling_id,pull_correction_id
1,716,"[0,12192)",0,"[0,2896)",81,,82,
2,716,"[0,12192)",0,"[0,2896)",,83,,
3,716,"[0,12192)",0,"[0,2896)",84,,,85
4,716,"[0,12192)",0,"[0,2896)",,,,
"""
CALLS = """IDAtracacao;CDTUP;Data Atracação;Data Chegada;Data Desatracação;Mes;Nº do IMO
7;BRXPA;03/06/2025 11:13:00;03/06/2025 05:25:00;04/06/2025 19:40:30;jun;9074729
8;BRXPA;03/06/2025 11:13:00;;;jun;0
"""
LOTS = """IDCarga;IDAtracacao;CDMercadoria;ConteinerEstado;Sentido;TEU;QTCarga;VLPesoCargaBruta
1;7;1201;;Embarcados;0;0;41250,375
2;7;9405;Cheio;Desembarcados;2;1;4,62
3;8;9405;Vazio;Lateralmente;1;1;0,0000015
"""


def read(text: str, name: str) -> RawFile:
    source = recognise(text.encode(), "list.csv", None)
    assert source.name == name
    return source.read(text.encode(), None)


def said(raw: RawFile) -> list[Finding]:
    """What is said of a file beyond the optional columns it does without."""
    return [f for f in raw.findings if f.rule_id != "MISSING_COLUMN"]


def test_a_stop_that_was_joined_with_its_actions_is_said() -> None:
    raw = read(STOPS, "terminal_visits_csv")
    assert [(f.rule_id, f.observed, f.expected) for f in said(raw)] == [
        ("FAN_OUT", "3", "2 stops, each counted once")
    ]
    assert raw.frame["outbound_action"].to_list() == ["ExternalAction", "PairAction", "none"]


def test_stops_that_stand_once_are_not() -> None:
    once = "".join(STOPS.splitlines(keepends=True)[i] for i in (0, 1, 3))
    assert said(read(once, "terminal_visits_csv")) == []


def test_a_correction_puts_and_pulls_like_a_handling() -> None:
    frame = read(YARD, "yard_positions_csv").frame
    assert frame.select("put_ref", "pull_ref").rows() == [
        ("81", "82"),
        ("83", None),
        ("84", "85"),
        (None, None),
    ]
    assert frame["row_range"][0] == "[0,12192)"


def test_berthings_are_day_first_and_barges_have_no_number() -> None:
    raw = read(CALLS, "antaq_berthing_csv")
    assert (raw.is_day_first, raw.frame["vessel_imo"].to_list()) == (True, ["9074729", None])


def test_lots_of_one_call_are_said() -> None:
    raw = read(LOTS, "antaq_cargo_csv")
    assert [(f.rule_id, f.expected) for f in said(raw)] == [("FAN_OUT", "2 calls, each counted once")]
    assert raw.frame["direction"].to_list() == ["loaded", "discharged", "Lateralmente"]
    assert raw.frame["full_empty"].to_list() == [None, "F", "E"]


@pytest.mark.parametrize("head", [
    "id,name,type,deletedon,lastseenlatitude", "id,stack_id,name,rowrange,depth,stackdesignation_id",
    "CDMercadoria;CDNCMSH2;Tipo Conteiner;Grupo de Mercadoria;Mercadoria",
])  # fmt: skip
def test_layouts_of_the_yard_and_look_up_tables_are_no_records(head: str) -> None:
    with pytest.raises(FileRejected, match="begins with") as caught:
        read(head + "\n1,2\n", "")
    assert caught.value.reason == "UNKNOWN_FORMAT"
