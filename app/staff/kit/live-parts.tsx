"use client";

import { useState } from "react";
import { MoneyInput } from "@/components/money/money-input";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { Tabs } from "@/components/ui/tabs";
import { ToastProvider, useToast } from "@/components/ui/toast";
import { Tooltip } from "@/components/ui/tooltip";

function ToastButtons() {
  const say = useToast();
  return (
    <div className="flex flex-wrap gap-3">
      <Button variant="secondary" onClick={() => say({ tone: "success", title: "Your address is saved." })}>
        Say done
      </Button>
      <Button
        variant="secondary"
        onClick={() =>
          say({ tone: "error", title: "The address was not saved.", next: "Check the line in red." })
        }
      >
        Say problem
      </Button>
    </div>
  );
}

export function DialogParts() {
  return (
    <div className="flex flex-wrap gap-3">
      <Dialog
        trigger={<Button variant="secondary">Open a dialog</Button>}
        title="Send the form?"
        description="You can change it until somebody has looked at it."
        footer={
          <>
            <Button>Send</Button>
            <DialogClose asChild>
              <Button variant="secondary">Not yet</Button>
            </DialogClose>
          </>
        }
      >
        <p>Three fields have changed since last time.</p>
      </Dialog>
      <ToastProvider>
        <ToastButtons />
      </ToastProvider>
    </div>
  );
}

export function TabParts() {
  return (
    <Tabs
      label="Periods"
      tabs={[
        { id: "day", label: "Day", content: <p>What happened today.</p> },
        { id: "month", label: "Month", content: <p>What happened this month.</p> },
        { id: "year", label: "Year", content: <p>What happened this year.</p> },
      ]}
    />
  );
}

export function InputParts() {
  const [text, setText] = useState("1,250.75");
  return (
    <div className="space-y-6">
      <MoneyInput
        label="Amount"
        hint="As you would write it, such as 25 or 1,250.75"
        name="amount"
        value={text}
        onValueChange={setText}
        action={
          <Button variant="secondary" onClick={() => setText("9,999.99")}>
            Use all
          </Button>
        }
      />
      <Combobox
        label="County"
        name="county"
        hint="Type the first letters"
        options={[
          { value: "24003", label: "Anne Arundel County" },
          { value: "24510", label: "Baltimore City" },
          { value: "24031", label: "Montgomery County" },
        ]}
      />
      <p>
        A word that needs explaining
        <Tooltip label="What does it mean?">
          A note opens by press and closes by Escape or a press elsewhere.
        </Tooltip>
      </p>
    </div>
  );
}
