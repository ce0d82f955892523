import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { latest } from "../../api/asked";
import { type Case, listCases, type Register } from "../../api/cases";
import { tell } from "../../text/cases";
import { dutyName, flowName, flows, flowsOf, stateName, tierName, when } from "../cases/flows";
import { district } from "../shell/district";
import { Later } from "../shell/later";
import { Toggle } from "../shell/toggle";
import { CaseCard } from "./card";
import { Choose } from "./choose";
import { OpenForm } from "./open_form";
import { communities, unitName } from "./state";
import { Table } from "./table";

const PAGE = 100;
const STATUS = ["open", "overdue", "ended"] as const;

/** The cases of a register: narrowed, as a list and on the map, one of them opened. */
export default function Board({ register }: { register: Register }) {
  const wanted = useSignal<Readonly<Record<string, string>>>(
    register === "issues" ? { status: "open" } : {},
  );
  const found = useSignal<{ total: number; items: readonly Case[] }>({ total: 0, items: [] });
  const chosen = useSignal<string | null>(null);
  const mapped = useSignal(false);
  const again = useSignal(0);
  const ask = useMemo(latest, []);
  useEffect(
    () =>
      ask(
        (stopped) => listCases(register, wanted.value, 0, stopped),
        (page) => {
          found.value = page;
        },
      ),
    [wanted.value, again.value],
  );
  const changed = () => {
    again.value += 1;
  };
  const more = () => {
    const before = found.value.items;
    ask(
      (stopped) => listCases(register, wanted.value, before.length, stopped),
      (page) => {
        found.value = { total: page.total, items: [...before, ...page.items] };
      },
    );
  };
  const { total, items } = found.value;
  return (
    <>
      {register === "issues" && (
        <Filters
          wanted={wanted.value}
          set={(v) => {
            wanted.value = v;
          }}
        />
      )}
      <OpenForm
        register={register}
        opened={(id) => {
          chosen.value = id;
          changed();
        }}
      />
      <p role="status">{tell("found", { count: total })}</p>
      {register === "issues" && district.value?.box && (
        <p class="screen">
          <Toggle shows={mapped}>{tell(mapped.value ? "map_hide" : "map_show")}</Toggle>
        </p>
      )}
      <div class={mapped.value || chosen.value ? "split" : ""}>
        <div>
          {chosen.value && (
            <CaseCard
              key={chosen.value}
              register={register}
              id={chosen.value}
              changed={changed}
              close={() => {
                chosen.value = null;
              }}
            />
          )}
          {mapped.value && (
            <Later
              load={() => import("./case_map")}
              with={{
                wanted: wanted.value,
                choose: (id: string) => {
                  chosen.value = id;
                },
              }}
            />
          )}
        </div>
        <Table
          label={tell(register)}
          heads={[
            tell("what"),
            tell("state"),
            tell("tier"),
            tell("unit"),
            tell("opened"),
            tell("due"),
          ]}
          rows={items}
          keyOf={({ case_id }) => case_id}
          current={({ case_id }) => case_id === chosen.value}
          cells={(one) => [
            <button
              key="open"
              type="button"
              class="name"
              onClick={() => {
                chosen.value = one.case_id;
              }}
            >
              {register === "issues" ? dutyName(one.kind) : one.title}
            </button>,
            <>
              {stateName(one.flow, one.state)}
              {one.flow === "property_dispute" && `（${flowName(one.flow)}）`}
            </>,
            tierName(one.tier),
            unitName(one.cell_id ?? one.community_id),
            when(one.opened_at),
            <span key="due" class={one.overdue ? "short" : ""}>
              {one.due_at ? when(one.due_at) : tell("ended")}
            </span>,
          ]}
        />
      </div>
      {items.length < total && items.length >= PAGE && (
        <p>
          <button type="button" onClick={more}>
            {tell("more")}
          </button>
        </p>
      )}
    </>
  );
}

function Filters(props: {
  wanted: Readonly<Record<string, string>>;
  set: (wanted: Readonly<Record<string, string>>) => void;
}) {
  const choices: readonly [string, string, readonly (readonly [string, string])[]][] = [
    ["status", tell("status"), STATUS.map((one) => [one, tell(one)] as const)],
    ["flow", tell("flow"), flowsOf("issues").map(({ flow }) => [flow, flowName(flow)] as const)],
    [
      "duty",
      tell("duty"),
      (flows.value?.duties ?? []).map(({ duty }) => [duty, dutyName(duty)] as const),
    ],
    [
      "tier",
      tell("tier"),
      (flows.value?.tiers ?? []).map(({ tier }) => [tier, tierName(tier)] as const),
    ],
    [
      "community_id",
      tell("community"),
      communities.value.map(({ id, name }) => [id, name] as const),
    ],
  ];
  return (
    <div class="choosers">
      {choices.map(([name, label, some]) => (
        <Choose
          key={name}
          label={label}
          value={props.wanted[name] ?? ""}
          choices={[["", tell("all")], ...some]}
          choose={(value) => props.set({ ...props.wanted, [name]: value })}
        />
      ))}
    </div>
  );
}
