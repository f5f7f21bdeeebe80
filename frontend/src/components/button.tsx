import type { ComponentProps } from "react";

import { Icon, type IconName } from "./icon";

const looks = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong font-semibold",
  plain: "border border-line-strong text-ink hover:bg-accent-wash",
  quiet: "text-ink-soft hover:bg-accent-wash hover:text-ink",
  danger: "border border-alert text-alert hover:bg-alert-wash font-semibold",
} as const;

interface ButtonProps extends ComponentProps<"button"> {
  look?: keyof typeof looks;
  icon?: IconName;
  large?: boolean;
}

export function Button({
  look = "plain",
  icon,
  large = false,
  className = "",
  children,
  ...rest
}: ButtonProps) {
  const size = large ? "min-h-13 px-6 text-lead gap-3" : "min-h-9 px-3 text-small gap-2";
  return (
    <button
      type="button"
      className={`inline-flex items-center justify-center rounded-control whitespace-nowrap transition-colors disabled:opacity-60 ${size} ${looks[look]} ${className}`}
      {...rest}
    >
      {icon && <Icon name={icon} className={large ? "size-5" : "size-4"} />}
      {children}
    </button>
  );
}
