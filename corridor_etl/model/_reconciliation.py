"""The reconciled item: what loading list, declaration and port record say of one thing, side by side.

Once for the frame that facts make and for the table it ends in: weights in grams and money in cents, so that sums do
not depend on order. Which outcome says what belongs to ``corridor_etl.facts.reconciliation``.
"""

from __future__ import annotations

from corridor_etl.model._record import Column
from corridor_etl.model._types import COUNT, DAY, FLAG, TEXT

_IDENTITY = (
    Column("subject", TEXT, "trip, declared or port_load (on no list), or consignment of several boxes", "", True),
    Column("subject_key", TEXT, "identity of the item, the same as that of its discrepancies", "", True),
    Column("iso_week", TEXT, "ISO week of the departure, else of the release or loading", "", True),
    Column("service_id", TEXT, "service of corridor.toml, UNKNOWN where none is known", "", True),
    Column("direction", TEXT, "W toward Kazakhstan and Europe, E toward China", "", True),
    Column("train_no", TEXT, "train; of a consignment the first; null where none is known"),
    Column("container_nos", TEXT, "containers, separated by one blank", "", True),
    Column("consignment_key", TEXT, "consignment the box belongs to, as discrepancies name it; null without one"),
    Column("declaration_nos", TEXT, "Chinese declarations that cover it, separated by one blank"),
    Column("moved_on_local", DAY, "day of departure, else of release or loading, local", "", True),
)  # fmt: skip
_OUTCOME = (
    Column("in_manifest", FLAG, "whether a loading list has it", "", True),
    Column("in_declaration", FLAG, "whether a released declaration or a transit covers it", "", True),
    Column("in_port_record", FLAG, "whether a port, rail or border event of the trip is known", "", True),
    Column("outcome", TEXT, "the leading one of outcomes", "", True),
    Column("outcomes", TEXT, "all outcomes, the leading one first, separated by one blank", "", True),
    Column(
        "opened_on", DAY, "day from which the leading outcome is open; null where it is matched or pending"
    ),
    Column(
        "due_on", DAY, "last day what is pending can come without being missed; null where that is not known"
    ),
)
_SIDES = (
    Column("manifest_gross_g", COUNT, "gross weight by the loading list, without tare", "g"),
    Column("declared_gross_g", COUNT, "gross weight by declarations that cover just these boxes", "g"),
    Column("port_gross_g", COUNT, "mass weighed at the port less the tare on the list", "g"),
    Column("chosen_gross_g", COUNT, "the weight believed", "g"),
    Column("weight_gap_g", COUNT, "declared less listed gross weight", "g"),
    Column("weighed_gap_g", COUNT, "weighed less listed gross weight", "g"),
    Column("manifest_packages", COUNT, "packages by the loading list", "packages"),
    Column("declared_packages", COUNT, "packages by declarations that cover just these boxes", "packages"),
    Column("chosen_packages", COUNT, "the number of packages believed", "packages"),
    Column("package_gap", COUNT, "declared less listed packages", "packages"),
    Column("manifest_hs", TEXT, "headings by the loading list, 4 digits, separated by one blank"),
    Column("declared_hs", TEXT, "headings by declarations, 4 digits, separated by one blank"),
    Column("chosen_hs", TEXT, "the headings believed"),
    Column("manifest_seals", TEXT, "seals by the loading list, separated by one blank"),
    Column("port_seals", TEXT, "seals as last read by a port, rail or border event of the trip"),
    Column("chosen_seals", TEXT, "the seals believed"),
    Column("manifest_size_type", TEXT, "size and type by the loading list"),
    Column("port_size_type", TEXT, "size and type by events of the trip; several separated by one blank"),
    Column("chosen_size_type", TEXT, "the size and type believed; null where it is not one"),
    Column("manifest_full_empty", TEXT, "F laden or E empty by the loading list"),
    Column("port_full_empty", TEXT, "F or E by events of the trip; both separated by one blank"),
    Column("chosen_full_empty", TEXT, "the load status believed; null where it is not one"),
    Column("export_value_cent", COUNT, "FOB value by the Chinese export declarations", "0.01 USD"),
    Column("import_value_cent", COUNT, "statistical value by the import declarations abroad", "0.01 USD"),
    Column("chosen_value_cent", COUNT, "the value believed", "0.01 USD"),
    Column("value_gap_cent", COUNT, "import value less export value", "0.01 USD"),
)  # fmt: skip
_LINEAGE = (
    Column("list_delivery_id", TEXT, "delivery of the loading list"),
    Column("list_line_no", COUNT, "line of the loading list, or sheet row"),
    Column("declaration_delivery_id", TEXT, "delivery of a declaration that covers it"),
    Column("port_delivery_id", TEXT, "delivery of an event of the trip"),
)

RECONCILED_ITEM = (*_IDENTITY, *_OUTCOME, *_SIDES, *_LINEAGE)
"""The columns of ``fct_reconciliation``, without ``snapshot``."""
RECONCILED_SCHEMA = {column.name: column.dtype for column in RECONCILED_ITEM}
