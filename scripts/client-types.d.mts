export declare function clientTypes(): Promise<Record<string, string>>;
