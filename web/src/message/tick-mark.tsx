import { TICK_TEXT, type Tick } from '../model/ticks.js';
import { ClockIcon, OneTickIcon, TwoTicksIcon, WarningIcon } from '../ui/icons.js';

/** Icon for the delivery state of a message that the user sent. */
export function TickMark({ tick }: { readonly tick: Tick }) {
  return (
    <span className={`tick tick-${tick}`} data-tick={tick} title={TICK_TEXT[tick]}>
      {tick === 'pending' && <ClockIcon size={14} />}
      {tick === 'failed' && <WarningIcon size={14} />}
      {tick === 'sent' && <OneTickIcon size={16} />}
      {(tick === 'delivered' || tick === 'read') && <TwoTicksIcon size={16} />}
      <span className="visually-hidden">{TICK_TEXT[tick]}</span>
    </span>
  );
}
